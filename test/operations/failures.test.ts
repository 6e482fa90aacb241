import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { disconnect } from '../../agent/operations/reseller.ts';
import { Bench, customerAddress, down, lost, refused, resellerAddress } from './support.ts';

const day = '2026-06-01';
const inDays = (days: number) => addDays(day, days);

/** A site whose one UPS, `rack`, must have its battery replaced in so many days. */
async function site(days: number, rest: ConstructorParameters<typeof Bench>[2] = {}): Promise<Bench> {
  const bench = new Bench(day, [{ name: 'rack', replaceBy: inDays(days) }], rest);
  await bench.reads('rack', { serial: 'AS2128296401', model: 'Smart-UPS 1500' });
  return bench;
}
/** The days on which a mail with notices came, as days from the first. */
const days = (bench: Bench) =>
  bench.notices().map((mail) => Math.round((Date.parse(mail.day) - Date.parse(day)) / 86_400_000));

/** The attempts of a day after the one in the morning. */
async function triesAllDay(bench: Bench, on: string): Promise<void> {
  for (const time of ['14:30', '20:45']) await bench.at(on, time).outbox.deliver();
}

describe('a mail server that fails', () => {
  it('for days: one mail with everything, when it is back', async () => {
    const bench = new Bench(day, [
      { name: 'a', warrantyEnd: inDays(30) },
      { name: 'b', warrantyEnd: inDays(32) },
    ]);
    for (const name of ['a', 'b']) await bench.units.missed(name);
    bench.smtp = () => down;
    for (const n of [0, 1, 2, 3]) {
      await bench.morning(inDays(n));
      await bench.at(inDays(n), '16:00').outbox.deliver();
    }
    bench.smtp = () => undefined;
    expect(bench.notices()).toEqual([]);
    await bench.morning(inDays(4));
    expect(bench.notices()).toHaveLength(1);
    expect(bench.ledger()).toEqual(['warranty-expires 30 customer told', 'warranty-expires 30 customer told']);
    expect(bench.messages().map(({ state }) => state)).toEqual(['sent']);
    for (const n of [5, 6, 7]) await bench.morning(inDays(n));
    expect(bench.notices()).toHaveLength(1);
  });

  it('over midnight: what waits leaves with the run of the next day, not before it', async () => {
    const bench = new Bench(day, [
      { name: 'a', warrantyEnd: inDays(30) },
      { name: 'b', warrantyEnd: inDays(91) },
    ]);
    for (const name of ['a', 'b']) await bench.units.missed(name);
    bench.smtp = () => down;
    await bench.morning(day);
    bench.smtp = () => undefined;
    await bench.at(inDays(1), '03:00').outbox.deliver();
    expect([bench.notices(), bench.outbox.nextDue(), bench.outbox.depth()]).toEqual([[], undefined, 1]);
    await bench.morning(inDays(1));
    expect(days(bench)).toEqual([1]);
    expect(bench.ledger()).toEqual(['warranty-expires 30 customer told', 'warranty-expires 90 customer told']);
  });

  it('over midnight with nothing new: it leaves after the run', async () => {
    const bench = await site(30);
    bench.smtp = () => down;
    await bench.morning(day);
    bench.smtp = () => undefined;
    expect((await bench.morning(inDays(1))).notices).toBe(0);
    expect(days(bench)).toEqual([1]);
  });

  it('for five days: the notices are given up, and the customer is told once', async () => {
    const bench = await site(30, { copyNotices: false });
    await bench.connect();
    bench.smtp = ({ to }) => (to === resellerAddress ? down : undefined);
    for (let n = 0; n <= 8; n += 1) {
      await bench.morning(inDays(n));
      for (const time of ['12:00', '18:00', '23:00']) await bench.at(inDays(n), time).outbox.deliver();
    }
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 reseller failed']);
    expect(bench.mails.map(({ to, day: on }) => [to, on])).toEqual([[customerAddress, inDays(5)]]);
    expect(bench.mails[0]?.words.text).toContain('rack: Battery Replacement Due');
    bench.smtp = () => undefined;
    await bench.morning(inDays(23));
    expect(bench.ledger()).toEqual([
      'battery-replacement-due 30 reseller failed',
      'battery-replacement-due 7 reseller told',
    ]);
  });

  it('gives up the notices that waited five days, and keeps the newer ones of the same mail', async () => {
    const bench = new Bench(
      day,
      [
        { name: 'a', warrantyEnd: inDays(30) },
        { name: 'b', warrantyEnd: inDays(33) },
      ],
      {
        copyNotices: false,
      },
    );
    for (const name of ['a', 'b']) await bench.units.missed(name);
    await bench.connect();
    await bench.at(day, '09:00').units.reassessAll();
    bench.smtp = ({ to }) => (to === resellerAddress ? down : undefined);
    for (let n = 0; n < 5; n += 1) {
      await bench.morning(inDays(n));
      await triesAllDay(bench, inDays(n));
    }
    await bench.morning(inDays(5));
    expect(bench.ledger()).toEqual(['warranty-expires 30 reseller failed', 'warranty-expires 30 reseller queued']);
    bench.smtp = () => undefined;
    await bench.at(inDays(5), '20:00').outbox.deliver();
    expect(bench.ledger()).toEqual(['warranty-expires 30 reseller failed', 'warranty-expires 30 reseller told']);
    expect(bench.mails.map(({ to }) => to)).toEqual([customerAddress, resellerAddress]);
  });

  it('for good: shown, and told to the customer', async () => {
    const bench = await site(30);
    await bench.connect();
    bench.smtp = ({ to }) => (to === resellerAddress ? refused : undefined);
    await bench.morning(day);
    await bench.deliver();
    expect(bench.ledger()).toEqual([
      'battery-replacement-due 30 customer told',
      'battery-replacement-due 30 reseller failed',
    ]);
    const news = bench.mails.filter(({ envelope }) => envelope.key.includes('delivery-failed'));
    expect(news).toHaveLength(1);
    expect(news[0]?.to).toBe(customerAddress);
    expect(news[0]?.words.text).toContain('550 no such user');
    expect(bench.log).toContain('mail.failed');
  });

  it('for good when an event has ended: that is not tried again each day', async () => {
    const bench = await site(30);
    await bench.connect();
    await bench.morning(day);
    bench.smtp = ({ to }) => (to === resellerAddress ? refused : undefined);
    await bench.units.batteryReplaced('rack', day);
    for (const n of [1, 2, 3]) await bench.morning(inDays(n));
    await bench.deliver();
    expect(bench.ledger().filter((line) => line.includes('resolved'))).toEqual([
      'battery-replacement-due resolved customer told',
      'battery-replacement-due resolved reseller failed',
    ]);
    expect(bench.mails.filter(({ envelope }) => envelope.key.includes('delivery-failed'))).toHaveLength(1);
  });

  it('is tried often enough by a machine that was off for days', async () => {
    const bench = await site(30);
    bench.smtp = () => down;
    await bench.morning(day);
    await bench.morning(inDays(6));
    for (const time of ['08:05', '08:15', '08:30', '09:00']) await bench.at(inDays(6), time).outbox.deliver();
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 customer queued']);
    bench.smtp = () => undefined;
    await bench.at(inDays(6), '12:00').outbox.deliver();
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 customer told']);
  });

  it('for days when an event has ended: that is due once, and given up in time', async () => {
    const bench = await site(30);
    await bench.morning(day);
    await bench.units.batteryReplaced('rack', day);
    bench.smtp = () => down;
    const due: number[] = [];
    for (let n = 1; n <= 7; n += 1) {
      due.push((await bench.morning(inDays(n))).notices);
      await triesAllDay(bench, inDays(n));
    }
    expect(due).toEqual([1, 0, 0, 0, 0, 0, 0]);
    expect(bench.ledger()).toEqual([
      'battery-replacement-due 30 customer told',
      'battery-replacement-due resolved customer failed',
    ]);
  });

  it('refuses the customer’s own mail: nobody is left to be told', async () => {
    const bench = await site(30);
    bench.smtp = () => refused;
    await bench.morning(day);
    await bench.deliver();
    expect(bench.messages().map(({ kind, state }) => [kind, state])).toEqual([['notices', 'failed']]);
  });
});

describe('a mail that the server may have taken', () => {
  it('is sent again letter by letter, also after another failure', async () => {
    const bench = await site(30);
    bench.smtp = () => lost;
    await bench.morning(day);
    bench.smtp = () => down;
    await bench.at(day, '08:10').outbox.deliver();
    bench.smtp = () => undefined;
    bench.site = { ...bench.site, company: 'Renamed Ltd' };
    await bench.at(day, '09:00').outbox.deliver();
    const [first, again, ...others] = bench.notices();
    expect(others).toEqual([]);
    expect(again?.words).toEqual(first?.words);
    expect(again?.id).toBe(first?.id);
  });

  it('takes in nothing that falls due later', async () => {
    const bench = new Bench(day, [
      { name: 'a', warrantyEnd: inDays(30) },
      { name: 'b', warrantyEnd: inDays(91) },
    ]);
    for (const name of ['a', 'b']) await bench.units.missed(name);
    bench.smtp = () => lost;
    await bench.morning(day);
    bench.smtp = () => undefined;
    await bench.morning(inDays(1));
    const [first, ...others] = bench.notices();
    expect(others.filter(({ id }) => id === first?.id).map(({ words }) => words)).toEqual([first?.words]);
    expect(others.filter(({ id }) => id !== first?.id)).toHaveLength(1);
    expect(bench.ledger()).toEqual(['warranty-expires 30 customer told', 'warranty-expires 90 customer told']);
  });

  it('is given up as a whole: it goes on saying what it said', async () => {
    const bench = new Bench(day, [
      { name: 'a', warrantyEnd: inDays(30) },
      { name: 'b', warrantyEnd: inDays(33) },
    ]);
    for (const name of ['a', 'b']) await bench.units.missed(name);
    bench.smtp = () => down;
    for (const n of [0, 1, 2]) await bench.morning(inDays(n));
    bench.smtp = () => lost;
    await bench.morning(inDays(3));
    await bench.morning(inDays(5));
    expect(bench.ledger().map((line) => line.split(' ').at(-1))).toEqual(['queued', 'queued']);
    bench.smtp = () => undefined;
    await bench.at(inDays(5), '20:00').outbox.deliver();
    expect(bench.ledger().map((line) => line.split(' ').at(-1))).toEqual(['told', 'told']);
    expect(new Set(bench.notices().map(({ words }) => words.text)).size).toBe(1);
  });

  it('tells that it is resolved when the event closes meanwhile', async () => {
    const bench = await site(30);
    bench.smtp = () => lost;
    await bench.morning(day);
    await bench.units.batteryReplaced('rack', day);
    bench.smtp = () => undefined;
    await bench.morning(inDays(1));
    expect(bench.ledger()).toEqual([
      'battery-replacement-due 30 customer told',
      'battery-replacement-due resolved customer told',
    ]);
  });

  it('whose words say resolved cannot be taken back by an event that opens again', async () => {
    const bench = await site(300);
    const on = { signals: ['battery.replace'] };
    const off = { signals: ['!battery.replace'] };
    await bench.reads('rack', on);
    await bench.morning(day);
    await bench.at(inDays(1), '06:00').reads('rack', off);
    bench.smtp = () => lost;
    await bench.morning(inDays(1));
    await bench.at(inDays(1), '08:00').reads('rack', on);
    bench.smtp = () => undefined;
    await bench.morning(inDays(2));
    expect(bench.ledger()).toEqual([
      'replace-battery now customer told',
      'replace-battery resolved customer told',
      'replace-battery now customer told',
    ]);
  });
});

describe('a notice that waits', () => {
  it('is dropped when its event closes, and nobody is told that it is resolved', async () => {
    const bench = await site(30);
    bench.smtp = () => down;
    await bench.morning(day);
    await bench.units.batteryReplaced('rack', day);
    bench.smtp = () => undefined;
    await bench.morning(inDays(1));
    await bench.morning(inDays(2));
    expect([bench.ledger(), bench.mails, bench.outbox.depth()]).toEqual([[], [], 0]);
  });

  it('is dropped when its date becomes doubtful, and told when it is sound again', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await bench.reads('rack', { replaceBy: '07/01/2026' });
    bench.smtp = () => down;
    await bench.morning(day);
    bench.smtp = () => undefined;
    await bench.reads('rack', { replaceBy: '07-01-2026' });
    await bench.morning(inDays(1));
    expect([bench.ledger(), bench.mails]).toEqual([[], []]);
    await bench.reads('rack', { replaceBy: '07/01/2026' });
    await bench.morning(inDays(2));
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 late customer told']);
  });

  it('gives way to a nearer step of the same event', async () => {
    const bench = await site(30);
    bench.smtp = () => down;
    await bench.morning(day);
    await bench.units.reassessAll();
    bench.site = { ...bench.site, units: bench.site.units.map((unit) => ({ ...unit, replaceBy: inDays(8) })) };
    await bench.morning(inDays(1));
    bench.smtp = () => undefined;
    await bench.at(inDays(1), '20:00').outbox.deliver();
    expect(bench.ledger()).toEqual(['battery-replacement-due 7 customer told']);
    expect(bench.notices()).toHaveLength(1);
  });

  it('for a reseller who is disconnected is deleted', async () => {
    const bench = await site(30);
    await bench.connect();
    bench.smtp = () => down;
    await bench.morning(day);
    await disconnect(bench.desk);
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 customer queued']);
    bench.smtp = () => undefined;
    await bench.at(day, '20:00').outbox.deliver();
    expect(bench.mails.map(({ to }) => to)).toEqual([customerAddress]);
  });
});
