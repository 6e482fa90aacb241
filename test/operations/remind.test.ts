import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { answer } from '../../agent/operations/answer.ts';
import { eventViews, unitViews } from '../../agent/operations/overview.ts';
import { remind } from '../../agent/operations/remind.ts';
import { disconnect, followConfig } from '../../agent/operations/reseller.ts';
import { Bench, down, resellerAddress } from './support.ts';

const day = '2026-06-01';
const inDays = (days: number) => addDays(day, days);

async function site(): Promise<Bench> {
  const bench = new Bench(day, [{ name: 'rack', site: 'North', warrantyEnd: inDays(10) }, { name: 'new' }]);
  await bench.reads('rack', { serial: 'AS2128296401', signals: ['battery.replace'] });
  return bench;
}
const send = (bench: Bench, event = 'warranty-expires', name = 'rack') => remind(bench.desk, bench.units, name, event);

describe('a manual reminder', () => {
  it('leaves at once, to the reseller alone, and once a day', async () => {
    const bench = await site();
    await bench.connect();
    await bench.morning(day);
    bench.mails.length = 0;
    expect(await send(bench.at(day, '10:00'))).toBe(resellerAddress);
    await bench.deliver();
    expect(bench.mails.map(({ to }) => to)).toEqual([resellerAddress]);
    expect(bench.mails[0]?.words.subject).toMatch(/reminder/i);
    await expect(send(bench.at(day, '20:00'))).rejects.toMatchObject({ code: 'already-today' });
    await send(bench, 'replace-battery');
    await send(bench.at(inDays(1), '00:10'));
    await bench.deliver();
    expect(bench.mails).toHaveLength(3);
    expect(bench.ledger().filter((line) => line.includes('reminder'))).toEqual([
      'replace-battery reminder reseller told',
      'warranty-expires reminder reseller told',
      'warranty-expires reminder reseller told',
    ]);
  });

  it('does not stand in the way of the steps', async () => {
    const bench = await site();
    await bench.connect();
    await send(bench.at(day, '07:00'));
    await bench.deliver();
    await bench.morning(day);
    expect(bench.ledger().filter((line) => line.includes('warranty') && line.includes('reseller'))).toEqual([
      'warranty-expires 30 late reseller told',
      'warranty-expires reminder reseller told',
    ]);
  });

  it('that still waits gives way to a step of the same event', async () => {
    const bench = await site();
    await bench.connect();
    await send(bench.at(day, '07:00'));
    await bench.morning(day);
    expect(bench.ledger().filter((line) => line.includes('warranty') && line.includes('reseller'))).toEqual([
      'warranty-expires 30 late reseller told',
    ]);
    expect(bench.notices(resellerAddress)).toHaveLength(1);
  });

  it('makes its recipient one who is told that it is resolved', async () => {
    const bench = await site();
    await bench.morning(day);
    await bench.connect();
    await send(bench.at(day, '12:00'));
    await bench.deliver();
    bench.site = { ...bench.site, units: bench.site.units.map((unit) => ({ ...unit, warrantyEnd: inDays(400) })) };
    await bench.morning(inDays(1));
    expect(bench.ledger().filter((line) => line.includes('warranty') && line.includes('reseller'))).toEqual([
      'warranty-expires reminder reseller told',
      'warranty-expires resolved reseller told',
    ]);
  });

  it('is dropped when its event closes before it could leave', async () => {
    const bench = await site();
    await bench.connect();
    bench.smtp = () => down;
    await send(bench);
    await bench.deliver();
    bench.site = { ...bench.site, units: bench.site.units.map((unit) => ({ ...unit, warrantyEnd: inDays(400) })) };
    await bench.units.reassessAll();
    bench.smtp = () => undefined;
    await bench.at(day, '20:00').deliver();
    expect([bench.notices(), bench.outbox.depth()]).toEqual([[], 0]);
  });

  it.each<[string, string, string, string]>([
    ['an event that is none', 'rack', 'no-event', 'no-such-event'],
    ['an event that never was', 'rack', 'battery-replacement-due', 'no-such-event'],
    ['a UPS that is not watched', 'nobody', 'warranty-expires', 'no-such-ups'],
  ])('of %s is refused', async (_name, unit, event, code) => {
    const bench = await site();
    await bench.connect();
    await expect(send(bench, event, unit)).rejects.toMatchObject({ code });
  });

  it('is refused while nobody has accepted, or nobody any more, or the event is closed or old', async () => {
    const bench = await site();
    await expect(send(bench)).rejects.toMatchObject({ code: 'not-confirmed' });
    await followConfig(bench.desk);
    await bench.deliver();
    await expect(send(bench)).rejects.toMatchObject({ code: 'not-confirmed' });
    await answer(bench.desk, bench.code(), 'accept', 'code');
    await bench.reads('rack', { signals: ['!battery.replace'] });
    await expect(send(bench, 'replace-battery')).rejects.toMatchObject({ code: 'not-open' });
    await expect(send(bench.at(inDays(100)))).rejects.toMatchObject({ code: 'too-old' });
    await send(bench.at(inDays(99)));
    await disconnect(bench.desk);
    await expect(send(bench.at(inDays(98)))).rejects.toMatchObject({ code: 'not-confirmed' });
  });
});

describe('what is known right now', () => {
  it('lists the units and their events, with what was told and whether a reminder is possible', async () => {
    const bench = await site();
    await bench.morning(day);
    await bench.reads('rack', { signals: ['!battery.replace'] });
    expect(unitViews(bench.desk, bench.units)).toMatchObject([
      { ups: 'rack', site: 'North', id: 'AS2128296401', open: ['warranty-expires'] },
      { ups: 'new', facts: {}, open: [] },
    ]);
    const views = eventViews(bench.desk, bench.units);
    expect(views).toMatchObject([
      {
        ups: 'rack',
        event: 'warranty-expires',
        state: 'open',
        daysLeft: 10,
        told: [{ to: 'customer', step: '30', state: 'told', on: day }],
        reminder: { allowed: false, why: 'there is no reseller' },
      },
    ]);
    expect(eventViews(bench.desk, bench.units, { all: true }).map(({ event, state }) => `${event} ${state}`)).toEqual([
      'warranty-expires open',
      'replace-battery resolved',
    ]);
  });
});
