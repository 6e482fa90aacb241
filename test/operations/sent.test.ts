import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../../agent/delivery/channel.ts';
import { addDays } from '../../agent/lifecycle/days.ts';
import { answer } from '../../agent/operations/answer.ts';
import { remind } from '../../agent/operations/remind.ts';
import { disconnect, followConfig } from '../../agent/operations/reseller.ts';
import { retryNow } from '../../agent/operations/resend.ts';
import { sentDetail, sentItems } from '../../agent/operations/sent.ts';
import { Bench, cloudOnly, customerAddress, down, gone, lost, refused, resellerAddress } from './support.ts';

const day = '2026-06-01';
const said = { serial: 'AS2128296401', model: 'Smart-UPS 1500', replaceBy: '07/01/2026' };

async function told(rest = {}): Promise<Bench> {
  const bench = new Bench(day, [{ name: 'rack' }, { name: 'hall', warrantyEnd: '2026-06-20' }], rest);
  await bench.reads('rack', said);
  await bench.reads('hall', { serial: 'AS2128290002' });
  await bench.connect();
  return bench;
}

const brief = (bench: Bench, filter = {}) =>
  sentItems(bench.desk, bench.units, filter).items.map(({ what, who, way, state, reply }) =>
    [what, who, way, state, reply ?? '-'].join(' '),
  );

describe('what was sent', () => {
  it('is listed newest first, with its fate and the words of the server', async () => {
    const bench = await told();
    bench.smtp = ({ to }) => (to === resellerAddress ? refused : undefined);
    await bench.morning(day);
    expect(brief(bench)).toEqual([
      'customer customer mail queued -',
      'notices customer mail sent 250 taken',
      'notices reseller mail failed 550 no such user',
      'customer customer mail sent 250 taken',
      'invitation reseller mail sent 250 taken',
    ]);
    const { items } = sentItems(bench.desk, bench.units, { offset: 1, limit: 1 });
    expect(items).toMatchObject([
      {
        to: customerAddress,
        subject: expect.stringContaining('Customer Ltd'),
        noticeCount: 2,
        notices: [
          { ups: 'hall', event: 'warranty-expires', title: 'Warranty Expires on 2026-06-20', step: '30' },
          { ups: 'rack', event: 'battery-replacement-due', step: '30' },
        ],
        retry: { allowed: false, why: 'it was taken' },
      },
    ]);
  });

  it('can be asked for by UPS, by state and in pages', async () => {
    const bench = await told();
    await bench.morning(day);
    bench.at(day, '10:00');
    await remind(bench.desk, bench.units, 'rack', 'battery-replacement-due');
    await bench.deliver();
    expect(brief(bench, { ups: 'rack' })).toEqual([
      'reminder reseller mail sent 250 taken',
      'notices customer mail sent 250 taken',
      'notices reseller mail sent 250 taken',
    ]);
    expect(sentItems(bench.desk, bench.units, { ups: 'hall', fate: 'failed' })).toMatchObject({
      total: 0,
      counts: { waiting: 0, sent: 2, failed: 0 },
    });
    expect(brief(bench, { fate: 'failed' })).toEqual([]);
    const all = brief(bench);
    const pages = [0, 2, 4, 6].flatMap((offset) => brief(bench, { offset, limit: 2 }));
    expect(pages).toEqual(all);
    expect(() => sentItems(bench.desk, bench.units, { ups: 'attic' })).toThrow(/no UPS named "attic"/);
  });

  it('can be read in its own words, with each attempt', async () => {
    const bench = await told();
    await bench.morning(day);
    const mail = bench.notices(resellerAddress)[0];
    const item = sentItems(bench.desk, bench.units).items.find(
      ({ who, what }) => who === 'reseller' && what === 'notices',
    );
    const detail = await sentDetail(bench.desk, item?.id ?? '');
    expect(detail).toMatchObject({
      text: mail?.words.text,
      subject: mail?.words.subject,
      messageId: mail?.id,
      attempts: [{ taken: true, reply: '250 taken' }],
      reveals: {
        site: ['company', 'contact.name', 'contact.mail'],
        units: [
          { ups: ['hall'], fields: ['serial', 'warrantyEnd', 'events', 'date'] },
          { ups: ['rack'], fields: ['model', 'serial', 'replaceBy', 'events', 'date'] },
        ],
      },
    });
    await expect(sentDetail(bench.desk, 'notices/nobody')).rejects.toMatchObject({ code: 'no-such-message' });
  });

  it('shows an invitation without its code', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await followConfig(bench.desk);
    await bench.deliver();
    const [item] = sentItems(bench.desk, bench.units).items;
    const detail = await sentDetail(bench.desk, item?.id ?? '');
    expect(detail).toMatchObject({
      what: 'invitation',
      codeLeftOut: true,
      text: expect.stringContaining('Customer Ltd'),
    });
    expect(bench.code()).toMatch(/^\w{4}-\w{4}$/);
    expect(JSON.stringify([detail, item])).not.toContain(bench.code());
  });

  it('shows the words that wait for a second attempt, where the server may have taken them', async () => {
    const bench = await told();
    bench.smtp = () => lost;
    await bench.morning(day);
    const [item] = sentItems(bench.desk, bench.units, { fate: 'waiting' }).items;
    expect(item).toMatchObject({ failures: 1, reply: 'The answer was lost.', nextAt: expect.any(String) });
    expect((await sentDetail(bench.desk, item?.id ?? '')).text).toContain('Customer Ltd');
  });
});

describe('retry now', () => {
  it('does not let a mail wait any longer', async () => {
    const bench = await told();
    bench.smtp = () => down;
    await bench.morning(day);
    bench.smtp = () => undefined;
    await bench.deliver();
    expect(bench.notices()).toHaveLength(0);
    for (const { id } of sentItems(bench.desk, bench.units, { fate: 'waiting' }).items) await retryNow(bench.desk, id);
    await bench.deliver();
    expect(bench.notices()).toHaveLength(2);
  });

  it('tries a refused mail once more, with the notices that are still owed by it', async () => {
    const bench = await told();
    bench.smtp = ({ to }) => (to === resellerAddress ? refused : undefined);
    await bench.morning(day);
    const [failed] = sentItems(bench.desk, bench.units, { fate: 'failed' }).items;
    const id = failed?.id ?? '';
    await bench.units.batteryReplaced('rack', day);
    bench.smtp = () => undefined;
    await retryNow(bench.desk, id);
    await bench.deliver();
    expect(bench.notices(resellerAddress)).toHaveLength(1);
    expect(bench.notices(resellerAddress)[0]?.words.text).not.toContain(said.serial);
    expect(await sentDetail(bench.desk, id)).toMatchObject({
      state: 'sent',
      failures: 0,
      noticeCount: 1,
      attempts: [
        { taken: false, reply: '550 no such user' },
        { taken: true, reply: '250 taken' },
      ],
    });
    const others = bench.ledger().filter((each) => each.includes('reseller'));
    expect(others).toEqual(['warranty-expires 30 late reseller told', 'battery-replacement-due 30 reseller failed']);
  });

  it('is refused with the reason', async () => {
    const bench = await told();
    bench.smtp = ({ to }) => (to === resellerAddress ? refused : undefined);
    await bench.morning(day);
    const [failed] = sentItems(bench.desk, bench.units, { fate: 'failed' }).items;
    const [taken] = sentItems(bench.desk, bench.units, { fate: 'sent' }).items;
    await expect(retryNow(bench.desk, taken?.id ?? '')).rejects.toThrow('it cannot be sent again: it was taken');
    await disconnect(bench.desk);
    await expect(retryNow(bench.desk, failed?.id ?? '')).rejects.toThrow(/what it told is settled/);
    bench.site = { ...bench.site, mail: false };
    await expect(retryNow(bench.desk, failed?.id ?? '')).rejects.toThrow(/no mail server is configured/);
    await expect(retryNow(bench.desk, 'x')).rejects.toMatchObject({ code: 'no-such-message' });
  });

  it('offers a new invitation in place of a refused one', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    bench.smtp = () => refused;
    await followConfig(bench.desk);
    await bench.deliver();
    const invitation = sentItems(bench.desk, bench.units).items.find(({ what }) => what === 'invitation');
    expect(invitation?.retry).toEqual({ allowed: false, why: 'send a new invitation instead' });
  });

  it('tells the customer again of what failed, where that mail was refused', async () => {
    const bench = await told();
    bench.smtp = ({ to }) => (to === resellerAddress ? refused : undefined);
    await bench.morning(day);
    bench.smtp = () => refused;
    await bench.deliver();
    const failed = sentItems(bench.desk, bench.units, { fate: 'failed' }).items.find(({ what }) => what === 'customer');
    bench.smtp = () => undefined;
    bench.mails.length = 0;
    await retryNow(bench.desk, failed?.id ?? '');
    await bench.deliver();
    expect(bench.mails.map(({ to }) => to)).toEqual([customerAddress]);
  });
});

async function toldByEndpoint(): Promise<Bench> {
  const bench = new Bench(day, [{ name: 'rack' }], cloudOnly);
  await bench.reads('rack', said);
  await followConfig(bench.desk);
  await bench.deliver();
  const posted = bench.posts.flatMap(({ events }) =>
    events.map(({ data }) => data as { invitation?: { code: string } }),
  );
  await answer(bench.desk, posted.find(({ invitation }) => invitation)?.invitation?.code ?? '', 'accept', 'code');
  await bench.deliver();
  return bench;
}

describe('notices that the endpoint passes on', () => {
  it('are listed one by one, and can be posted at once', async () => {
    const bench = await toldByEndpoint();
    bench.endpoint = () => new DeliveryError('deferred', 'Later.', { retry: true });
    await bench.morning(day);
    const [item] = sentItems(bench.desk, bench.units).items;
    expect(item).toMatchObject({ way: 'endpoint', who: 'reseller', state: 'queued', reply: 'Later.', noticeCount: 1 });
    bench.endpoint = () => undefined;
    await bench.deliver();
    expect(brief(bench)).toEqual(['notices reseller endpoint queued Later.']);
    await retryNow(bench.desk, item?.id ?? '');
    await bench.deliver();
    expect(brief(bench)).toEqual(['notices reseller endpoint sent -']);
    expect(brief(bench, { ups: 'rack' })).toHaveLength(1);
    expect(await sentDetail(bench.desk, item?.id ?? '')).toMatchObject({ attempts: [] });
    await expect(retryNow(bench.desk, item?.id ?? '')).rejects.toThrow(/it was taken/);
    await bench.morning(addDays(day, 1));
    expect(brief(bench)).toHaveLength(1);
  });

  it('that were refused are posted anew; an endpoint that is gone is not asked', async () => {
    const bench = await toldByEndpoint();
    bench.endpoint = () => refused;
    await bench.morning(day);
    const item = () => sentItems(bench.desk, bench.units).items[0];
    expect(item()).toMatchObject({ state: 'failed', retry: { allowed: true } });
    bench.endpoint = () => gone;
    await retryNow(bench.desk, item()?.id ?? '');
    await bench.deliver();
    expect(item()).toMatchObject({ state: 'queued', retry: { why: 'the endpoint has switched itself off' } });
    bench.site = { ...bench.site, endpoint: 'https://other.example/events' };
    bench.endpoint = () => undefined;
    bench.posts.length = 0;
    await bench.deliver();
    expect(item()).toMatchObject({ state: 'sent' });
    expect(bench.events()).toContain('notice.due true');
  });

  it('that were refused and are settled since stay as they are', async () => {
    const bench = await toldByEndpoint();
    bench.endpoint = () => refused;
    await bench.morning(day);
    await bench.units.batteryReplaced('rack', day);
    const [item] = sentItems(bench.desk, bench.units).items;
    await expect(retryNow(bench.desk, item?.id ?? '')).rejects.toThrow(/settled by now/);
  });
});
