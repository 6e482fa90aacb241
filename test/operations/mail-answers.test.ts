/** What a mail in the mailbox does to the connection, to the records, and who hears of it. */
import { describe, expect, it } from 'vitest';
import type { ReportParts } from '../../agent/delivery/answers/bounce.ts';
import { parseHeaders } from '../../agent/delivery/answers/headers.ts';
import { judge, type MailBody, type MailHead } from '../../agent/delivery/answers/judge.ts';
import { addDays } from '../../agent/lifecycle/days.ts';
import { answer } from '../../agent/operations/answer.ts';
import { mailMattersSince, recogniseMail, takeMail } from '../../agent/operations/mail-answers.ts';
import { connectionView } from '../../agent/operations/overview.ts';
import { cancel, connectionOf, followConfig, invite } from '../../agent/operations/reseller.ts';
import { Bench, customerAddress, resellerAddress } from './support.ts';

const day = '2026-06-01';
const inDays = (days: number) => addDays(day, days);
const mailbox = { address: 'answers@customer.example', plusAddressing: true };

async function invited(): Promise<Bench> {
  const bench = new Bench(day, [{ name: 'rack', replaceBy: inDays(30) }], { waysBack: { mailbox } });
  await bench.units.missed('rack');
  await followConfig(bench.desk);
  await bench.deliver();
  return bench;
}

async function confirmed(): Promise<Bench> {
  const bench = await invited();
  await answer(bench.desk, bench.token(), 'accept', 'mail');
  await bench.morning(inDays(1));
  return bench;
}

interface Written {
  readonly subject?: string;
  readonly from?: string;
  readonly headers?: readonly string[];
  readonly text?: string;
  readonly report?: ReportParts;
}

const headOf = ({ subject = 'Re: Invitation', from = 'ann@reseller.example', headers = [] }: Written): MailHead => ({
  subject,
  from,
  headers: parseHeaders(headers.join('\r\n')),
});

/** A mail arrives: it is recognised, judged and taken, as the reader does. */
async function arrives(bench: Bench, written: Written): Promise<'foreign' | 'handled' | 'left'> {
  const head = headOf(written);
  const known = recogniseMail(bench.desk, head);
  const isReport = written.report !== undefined;
  if (known === undefined && !isReport) return 'foreign';
  const body: MailBody = isReport ? { report: written.report ?? {} } : { text: written.text ?? '' };
  return (await takeMail(bench.desk, { head, verdict: judge(head, body), known })) ? 'handled' : 'left';
}

const lastTo = (bench: Bench, address = resellerAddress) => bench.mails.findLast(({ to }) => to === address);
const news = (bench: Bench) =>
  bench.mails.flatMap(({ to, envelope }) => (to === customerAddress ? [envelope.key.split('/')[2] ?? ''] : []));

describe('an answer', () => {
  it.each<[string, (bench: Bench) => Written]>([
    ['sent with a button', (bench) => ({ subject: `ACCEPT ${bench.token()}` })],
    [
      'in a reply, by the token in the address',
      (bench) => ({
        headers: [`To: answers+${bench.token()}@customer.example`],
        text: 'ACCEPT\n\n> quoted',
      }),
    ],
    [
      'in a reply, by the mail that is answered',
      (bench) => ({
        headers: [`In-Reply-To: ${lastTo(bench)?.id}`, `References: <a@b> ${lastTo(bench)?.id}`],
        text: 'Accept.',
      }),
    ],
    [
      'that was forwarded inside the reseller',
      (bench) => ({
        subject: `Fwd: ACCEPT ${bench.token()}`,
        from: 'boss@head-office.example',
      }),
    ],
  ])('%s counts', async (_name, written) => {
    const bench = await invited();
    expect(await arrives(bench, written(bench))).toBe('handled');
    expect(bench.state).toBe('confirmed');
    const { answeredBy, answeredFrom } = connectionView(bench.desk);
    expect([answeredBy, answeredFrom]).toEqual(['mail', written(bench).from ?? 'ann@reseller.example']);
  });

  it('arriving twice counts once, and both are handled', async () => {
    const bench = await invited();
    const mail = { subject: `ACCEPT ${bench.token()}` };
    expect([await arrives(bench, mail), await arrives(bench, mail)]).toEqual(['handled', 'handled']);
    await bench.deliver();
    expect(news(bench)).toEqual(['confirmed']);
  });

  it('opts out, by a reply to a notice', async () => {
    const bench = await confirmed();
    const notice = bench.notices(resellerAddress).at(-1);
    expect(notice?.envelope.replyTo).toEqual([
      { address: customerAddress },
      { address: `answers+${bench.token()}@customer.example` },
    ]);
    expect(await arrives(bench, { headers: [`In-Reply-To: ${notice?.id}`], text: 'opt-out' })).toBe('handled');
    expect(bench.state).toBe('opted-out');
    await bench.deliver();
    expect(lastTo(bench)?.words.subject).toBe('You have opted out – Customer Ltd');
  });

  it('to an invitation that has ended is handled and changes nothing', async () => {
    const bench = await invited();
    const old = bench.token();
    const oldId = lastTo(bench)?.id;
    await cancel(bench.desk);
    await invite(bench.desk);
    expect(await arrives(bench, { subject: `ACCEPT ${old}` })).toBe('handled');
    expect(await arrives(bench, { headers: [`In-Reply-To: ${oldId}`], text: 'accept' })).toBe('handled');
    expect(bench.state).toBe('pending');
    expect(bench.counts).toEqual(['mail ended', 'mail ended']);
  });

  it.each<[string, Written]>([
    ['a token that is none', { subject: `ACCEPT ${'Z'.repeat(26)}` }],
    ['a mail that is not ours', { headers: [`In-Reply-To: <${'0'.repeat(32)}@customer.example>`], text: 'ACCEPT' }],
    ['a word alone', { subject: 'ACCEPT', text: 'ACCEPT' }],
    ['the short code', { subject: 'ACCEPT K7QM-2ZXD' }],
  ])('with %s is foreign mail', async (_name, written) => {
    const bench = await invited();
    expect(await arrives(bench, written)).toBe('foreign');
    expect(bench.state).toBe('pending');
  });

  it('by a mail to the customer is none: only mails to the reseller are answered', async () => {
    const bench = await confirmed();
    const copy = bench.notices(customerAddress).at(-1);
    expect(copy).toBeDefined();
    expect(await arrives(bench, { headers: [`In-Reply-To: ${copy?.id}`], text: 'opt-out' })).toBe('foreign');
  });

  it('records a sender as text, however it is written', async () => {
    const bench = await invited();
    const from = `<script>\r\n${'x'.repeat(400)}@reseller.example`;
    await arrives(bench, { subject: `ACCEPT ${bench.token()}`, from });
    const { answeredFrom = '' } = connectionView(bench.desk);
    expect(answeredFrom.length).toBeLessThanOrEqual(254);
    expect(answeredFrom).not.toMatch(/[\r\n]/);
  });
});

describe('a mail that is no answer', () => {
  it('by a machine stays, and nobody is told', async () => {
    const bench = await invited();
    const absence = { headers: [`In-Reply-To: ${lastTo(bench)?.id}`, 'Auto-Submitted: auto-replied'], text: 'ACCEPT' };
    expect(await arrives(bench, absence)).toBe('left');
    await bench.deliver();
    expect([bench.state, news(bench)]).toEqual(['pending', []]);
  });

  it('by a person stays unread, and the customer is told once a day, in their words', async () => {
    const bench = await invited();
    const question = { headers: [`In-Reply-To: ${lastTo(bench)?.id}`], text: 'Who are you?\n\n> quoted' };
    expect(await arrives(bench, question)).toBe('left');
    expect(await arrives(bench, question)).toBe('left');
    await bench.deliver();
    expect([bench.state, news(bench)]).toEqual(['pending', ['reply-unclear']]);
    expect(lastTo(bench, customerAddress)?.words.text).toMatch(/ann@reseller\.example.*Who are you\?/s);
    await bench.morning(inDays(1));
    expect(await arrives(bench, question)).toBe('left');
    await bench.deliver();
    expect(news(bench).filter((about) => about === 'reply-unclear')).toHaveLength(2);
  });

  it('that went to the contact as well, or came from there, is no news', async () => {
    const bench = await confirmed();
    const headers = [`In-Reply-To: ${bench.notices(resellerAddress).at(-1)?.id}`];
    bench.mails.length = 0;
    await arrives(bench, {
      headers: [...headers, `To: Ira <${customerAddress.toUpperCase()}>, answers@x.example`],
      text: 'Our offer: …',
    });
    await arrives(bench, { headers, from: customerAddress, text: 'Thank you' });
    await bench.deliver();
    expect(bench.mails).toEqual([]);
  });
});

describe('mail that came back', () => {
  const report = (
    id: string | undefined,
    rest: { action?: string; final?: string; original?: string } = {},
  ): Written => ({
    subject: 'Undelivered Mail Returned to Sender',
    from: 'MAILER-DAEMON@mail.customer.example',
    headers: ['Content-Type: multipart/report; report-type=delivery-status', 'Auto-Submitted: auto-replied'],
    report: {
      status: [
        'Reporting-MTA: dns; x',
        '',
        `Final-Recipient: rfc822; ${rest.final ?? resellerAddress}`,
        ...(rest.original ? [`Original-Recipient: rfc822; ${rest.original}`] : []),
        `Action: ${rest.action ?? 'failed'}`,
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 no such user',
      ].join('\n'),
      original: `Message-ID: ${id}`,
    },
  });

  it('for good ends the invitation; the customer is told once, with the words of the server', async () => {
    const bench = await invited();
    const back = report(lastTo(bench)?.id);
    expect([await arrives(bench, back), await arrives(bench, back)]).toEqual(['handled', 'handled']);
    await bench.deliver();
    expect([bench.state, news(bench)]).toEqual(['undeliverable', ['undeliverable']]);
    expect(lastTo(bench, customerAddress)?.words.text).toContain('550 no such user');
    expect(await bench.store.history({ kind: 'mail.bounced' })).toHaveLength(1);
    expect(bench.log).toContain('mail.bounced');
  });

  it('for now changes nothing', async () => {
    const bench = await invited();
    expect(await arrives(bench, report(lastTo(bench)?.id, { action: 'delayed' }))).toBe('handled');
    await bench.deliver();
    expect([bench.state, news(bench)]).toEqual(['pending', []]);
    expect(connectionView(bench.desk).failing).toBeUndefined();
  });

  it('of somebody behind the address leaves the invitation as it is', async () => {
    const bench = await invited();
    const back = report(lastTo(bench)?.id, { final: 'bob@reseller.example', original: resellerAddress });
    expect(await arrives(bench, back)).toBe('handled');
    await bench.deliver();
    expect([bench.state, news(bench)]).toEqual(['pending', ['bounced']]);
    expect(connectionView(bench.desk).failing?.reply).toBe('550 no such user');
    expect(await answer(bench.desk, bench.token(), 'accept', 'mail')).toMatchObject({ outcome: 'taken' });
  });

  it('from whoever has accepted marks the address and the notices; the customer hears what did not arrive, once', async () => {
    const bench = await confirmed();
    await bench.deliver();
    bench.mails.length = 0;
    const first = bench.messages().findLast(({ kind, to }) => kind === 'notices' && to === resellerAddress);
    expect(await arrives(bench, report(first?.messageId))).toBe('handled');
    await bench.morning(inDays(23));
    const second = bench.notices(resellerAddress).at(-1);
    expect(await arrives(bench, report(second?.id))).toBe('handled');
    await bench.deliver();
    expect(bench.state).toBe('confirmed');
    expect(news(bench).filter((about) => about === 'bounced')).toHaveLength(1);
    const told = bench.mails.find(({ envelope }) => envelope.key.includes('/bounced/'));
    expect(told?.words.text).toContain('rack: Battery Replacement Due');
    expect(bench.ledger().filter((line) => line.includes('reseller'))).toEqual([
      'battery-replacement-due 30 late reseller failed',
      'battery-replacement-due 7 reseller failed',
    ]);
    expect(bench.messages().find(({ id }) => id === first?.id)).toMatchObject({
      state: 'failed',
      lastError: '550 no such user',
    });
  });

  it('of a mail to the customer is noted, and no mail follows it', async () => {
    const bench = await confirmed();
    const copy = bench.messages().findLast(({ kind, to }) => kind === 'notices' && to === customerAddress);
    bench.mails.length = 0;
    expect(await arrives(bench, report(copy?.messageId, { final: customerAddress }))).toBe('handled');
    await bench.deliver();
    expect(bench.mails).toEqual([]);
    expect(bench.log).toContain('mail.bounced');
  });

  it('of others is left alone', async () => {
    const bench = await invited();
    for (const id of ['<someone@else.example>', `<${'0'.repeat(32)}@customer.example>`]) {
      expect(await arrives(bench, report(id))).toBe('left');
    }
    expect(bench.state).toBe('pending');
  });

  it('after an opt-out is no news', async () => {
    const bench = await confirmed();
    await answer(bench.desk, bench.token(), 'opt-out', 'mail');
    await bench.deliver();
    bench.mails.length = 0;
    expect(await arrives(bench, report(bench.messages().find(({ kind }) => kind === 'farewell')?.messageId))).toBe(
      'handled',
    );
    await bench.deliver();
    expect([bench.state, bench.mails]).toEqual(['opted-out', []]);
  });
});

describe('how far back a mailbox is looked at', () => {
  it('is a day before the invitation, and a month at most', async () => {
    const bench = await invited();
    expect(mailMattersSince(bench.desk).toISOString().slice(0, 10)).toBe('2026-05-30');
    bench.at(inDays(100));
    expect(mailMattersSince(bench.desk).toISOString().slice(0, 10)).toBe('2026-08-10');
    expect(connectionOf(bench.store).invitedAt).toBeDefined();
  });
});
