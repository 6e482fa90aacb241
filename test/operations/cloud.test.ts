import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../../agent/delivery/channel.ts';
import type { CloudEvent } from '../../agent/delivery/cloud/events.ts';
import { dataSchemas } from '../../agent/delivery/cloud/events.ts';
import { addDays } from '../../agent/lifecycle/days.ts';
import { answer } from '../../agent/operations/answer.ts';
import type { Site } from '../../agent/operations/desk.ts';
import { remind } from '../../agent/operations/remind.ts';
import { cancel, disconnect, followConfig } from '../../agent/operations/reseller.ts';
import { Bench, cloudOnly, customerAddress, down, gone, lost, refused, resellerAddress } from './support.ts';

const day = '2026-06-01';
const inDays = (days: number) => addDays(day, days);
const both = { endpoint: 'https://endpoint.example/events' } as const;

async function site(rest: Partial<Site>): Promise<Bench> {
  const bench = new Bench(day, [{ name: 'rack', replaceBy: inDays(30), warrantyEnd: inDays(200) }], rest);
  await bench.reads('rack', { serial: 'AS2128296401', model: 'Smart-UPS 1500' });
  await bench.deliver();
  return bench;
}
const all = (bench: Bench): CloudEvent[] => bench.posts.flatMap(({ events }) => [...events]);
const ofType = (bench: Bench, type: string): Record<string, unknown>[] =>
  all(bench)
    .filter((event) => event.type === `io.upsteward.${type}`)
    .map(({ data }) => ({ ...data }));

/** The invitation comes through the endpoint, and the code it carries is typed in. */
async function accepted(bench: Bench): Promise<void> {
  await followConfig(bench.desk);
  await bench.deliver();
  const [invitation] = ofType(bench, 'connection.changed');
  const { code } = (invitation?.['invitation'] ?? {}) as { code?: string };
  await answer(bench.desk, code ?? '', 'accept', 'code');
  await bench.deliver();
}

describe('a site with an endpoint alone', () => {
  it('invites and tells the reseller through it', async () => {
    const bench = await site(cloudOnly);
    await accepted(bench);
    await bench.morning(day);
    expect(bench.events()).toEqual([
      'ups.facts false',
      'event.opened false',
      'connection.changed true',
      'connection.changed false',
      'notice.due true',
    ]);
    const [invitation] = ofType(bench, 'connection.changed');
    expect(Object.keys(invitation ?? {}).sort()).toEqual([
      'company',
      'invitation',
      'language',
      'previous',
      'reseller',
      'state',
      'tellReseller',
    ]);
    expect(ofType(bench, 'notice.due')).toMatchObject([
      {
        tellReseller: true,
        reseller: resellerAddress,
        company: 'Customer Ltd',
        contact: { name: 'Ira Tech' },
        unit: { serial: 'AS2128296401' },
        event: 'battery-replacement-due',
        step: '30',
        date: inDays(30),
        daysLeft: 30,
      },
    ]);
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 reseller told']);
    expect(bench.mails).toEqual([]);
  });

  it('says nothing to tell before the reseller has accepted, and nothing after the reseller has left', async () => {
    const bench = await site(cloudOnly);
    await followConfig(bench.desk);
    await bench.morning(day);
    expect(bench.events().filter((event) => event.endsWith('true'))).toEqual(['connection.changed true']);
    await accepted(bench);
    bench.endpoint = () => down;
    await bench.morning(inDays(1));
    await disconnect(bench.desk);
    bench.endpoint = () => undefined;
    await bench.at(inDays(1), '20:00').deliver();
    expect(ofType(bench, 'notice.due')).toEqual([]);
    expect(bench.ledger()).toEqual([]);
    expect(ofType(bench, 'connection.changed').map(({ state }) => state)).toEqual([
      'pending',
      'confirmed',
      'disconnected',
    ]);
  });

  it('takes back an invitation that has not left', async () => {
    const bench = await site(cloudOnly);
    await followConfig(bench.desk);
    await cancel(bench.desk);
    await bench.deliver();
    expect(bench.events().filter((event) => event.endsWith('true'))).toEqual([]);
    expect(bench.state).toBe('cancelled');
  });

  it('an invitation that is refused makes the reseller undeliverable', async () => {
    const bench = await site(cloudOnly);
    bench.endpoint = () => refused;
    await followConfig(bench.desk);
    await bench.deliver();
    expect(bench.state).toBe('undeliverable');
  });

  it('tells a resolved event to the reseller, and drops what waits of it', async () => {
    const bench = await site(cloudOnly);
    await accepted(bench);
    await bench.morning(day);
    await bench.units.batteryReplaced('rack', day);
    await bench.morning(inDays(1));
    expect(ofType(bench, 'notice.due').map(({ step, closed }) => [step, closed])).toEqual([
      ['30', undefined],
      ['resolved', 'swap'],
    ]);
    bench.site = { ...bench.site, units: bench.site.units.map((unit) => ({ ...unit, warrantyEnd: inDays(31) })) };
    bench.endpoint = () => down;
    await bench.morning(inDays(2));
    bench.site = { ...bench.site, units: bench.site.units.map((unit) => ({ ...unit, warrantyEnd: inDays(300) })) };
    await bench.units.reassessAll();
    bench.endpoint = () => undefined;
    await bench.at(inDays(2), '20:00').deliver();
    expect(ofType(bench, 'notice.due')).toHaveLength(2);
    expect(bench.forwarder.depth()).toBe(0);
  });

  it('sends a manual reminder at once', async () => {
    const bench = await site(cloudOnly);
    await accepted(bench);
    await remind(bench.desk, bench.units, 'rack', 'battery-replacement-due');
    await bench.deliver();
    expect(ofType(bench, 'notice.due')).toMatchObject([{ step: 'reminder', tellReseller: true }]);
    expect(bench.ledger()).toEqual(['battery-replacement-due reminder reseller told']);
  });
});

describe('a site with mail and an endpoint', () => {
  it('mails the reseller; the endpoint only mirrors', async () => {
    const bench = await site(both);
    await bench.connect();
    await bench.morning(day);
    expect(bench.events()).toEqual([
      'ups.facts false',
      'event.opened false',
      'connection.changed false',
      'connection.changed false',
      'notice.due false',
    ]);
    expect(JSON.stringify(ofType(bench, 'connection.changed'))).not.toContain('"invitation"');
    expect(bench.notices(resellerAddress)).toHaveLength(1);
    expect(bench.ledger().every((line) => line.endsWith('told'))).toBe(true);
  });

  it('a mirror that is refused leaves the notice told', async () => {
    const bench = await site(both);
    await bench.connect();
    bench.endpoint = () => refused;
    await bench.morning(day);
    expect(bench.ledger().every((line) => line.endsWith('told'))).toBe(true);
  });

  it('410 ends the posting, and the customer is told once, until the config names another', async () => {
    const bench = await site(both);
    await bench.connect();
    bench.endpoint = () => gone;
    await bench.morning(day);
    const posts = bench.posts.length;
    await bench.morning(inDays(1));
    bench.endpoint = () => undefined;
    await bench.at(inDays(2), '20:00').deliver();
    expect(bench.posts).toHaveLength(posts);
    expect(bench.forwarder.nextDue()).toBeUndefined();
    const news = bench.mails.filter(({ envelope }) => envelope.key.includes('endpoint-disabled'));
    expect(news.map(({ to }) => to)).toEqual([customerAddress]);
    bench.site = { ...bench.site, endpoint: 'https://another.example/events' };
    await bench.deliver();
    expect(bench.posts.length).toBeGreaterThan(posts);
    expect(bench.forwarder.depth()).toBe(0);
  });
});

describe('what the endpoint gets', () => {
  it('is every change of an event and of the facts, at once, doubtful facts with their doubt', async () => {
    const bench = new Bench(day, [{ name: 'rack' }], both);
    await bench.reads('rack', { replaceBy: '07/01/2026', made: '01/01/2030' });
    await bench.reads('rack', { replaceBy: '07/11/2026', signals: ['battery.replace'] });
    await bench.reads('rack', { replaceBy: '07/11/2027' });
    await bench.forwarder.forward();
    expect(bench.events().sort()).toEqual([
      'event.changed false',
      'event.opened false',
      'event.opened false',
      'event.resolved false',
      'ups.facts false',
    ]);
    expect(ofType(bench, 'ups.facts')[0]?.['facts']).toMatchObject({
      'ups.mfr.date': { value: '2030-01-01', source: 'ups', confidence: 'doubtful', why: 'it lies in the future' },
      'battery.date.maintenance': { value: '2027-07-11', source: 'ups' },
    });
    expect(JSON.stringify(bench.posts)).not.toContain('07/11/2027');
  });

  it('is what the contract says', async () => {
    const bench = await site(cloudOnly);
    await accepted(bench);
    await bench.reads('rack', { signals: ['battery.replace'] });
    await bench.morning(day);
    await bench.units.batteryReplaced('rack', day);
    await bench.morning(inDays(1));
    for (const { type, data } of all(bench)) {
      const schema = dataSchemas[type.replace('io.upsteward.', '') as keyof typeof dataSchemas];
      expect(schema.safeParse(data).error?.message).toBeUndefined();
    }
  });

  it('comes again with the same ids when the answer was lost', async () => {
    const bench = await site(both);
    await bench.reads('rack', { signals: ['battery.replace'] });
    bench.endpoint = () => lost;
    await bench.forwarder.forward();
    bench.endpoint = () => undefined;
    await bench.at(day, '20:00').forwarder.forward();
    const [first, again] = bench.posts.slice(-2);
    expect(again).toEqual(first);
  });

  it('is not lost to one item that it refuses', async () => {
    const bench = await site(both);
    await bench.reads('rack', { signals: ['battery.replace', 'battery.needs-replacement'] });
    bench.endpoint = (events) => (JSON.stringify(events).includes('battery-needs-replacement') ? refused : undefined);
    await bench.forwarder.forward();
    const opened = ofType(bench, 'event.opened').map(({ event }) => event);
    expect(opened).toEqual(['battery-replacement-due', 'replace-battery']);
    expect(bench.forwarder.depth()).toBe(0);
    expect(await bench.store.history({ kind: 'cloud.refused' })).toHaveLength(1);
  });

  it('waits as long as the endpoint asks', async () => {
    const bench = await site(both);
    await bench.reads('rack', { signals: ['battery.replace'] });
    const patience = 7 * 3_600_000;
    bench.endpoint = () => new DeliveryError('deferred', 'Later.', { retry: true, retryAfter: patience });
    await bench.forwarder.forward();
    expect(Date.parse(bench.forwarder.nextDue() ?? '')).toBe(Date.parse(bench.now) + patience);
  });
});
