import { describe, expect, it } from 'vitest';
import type { Message, NoticeRecord } from '../../agent/delivery/records.ts';
import { addDays, addMonths } from '../../agent/lifecycle/days.ts';
import type { Unit } from '../../agent/lifecycle/unit.ts';
import { dailyRun } from '../../agent/operations/daily.ts';
import { forgetTheOld } from '../../agent/operations/retention.ts';
import { keys } from '../../agent/store/keys.ts';
import { Bench } from './support.ts';

const day = '2026-06-01';
const said = { serial: 'AS2128296401', model: 'Smart-UPS 1500' };
const counts = ({ store }: Bench) => ({
  units: store.list<Unit>(keys.units).length,
  notices: store.list<NoticeRecord>(keys.notices).length,
  messages: store.list<Message>(keys.messages).length,
});

describe('what is over and old', () => {
  it('goes after the time the site keeps it, and not a day before', async () => {
    const bench = new Bench(day, [{ name: 'rack' }, { name: 'hall' }], { retentionMonths: 12 });
    await bench.reads('rack', { ...said, replaceBy: '06/15/2026' });
    await bench.morning(day);
    bench.site = { ...bench.site, units: bench.site.units.filter(({ name }) => name !== 'rack') };
    await bench.units.reconcile();
    await bench.morning(addDays(day, 1));
    const before = counts(bench);
    expect(before).toEqual({ units: 1, notices: 2, messages: 2 });
    bench.at(addMonths(day, 12));
    await forgetTheOld(bench.desk);
    expect(counts(bench)).toEqual(before);
    expect(await bench.store.history()).not.toEqual([]);
    bench.at(addDays(addMonths(day, 13), 1));
    await forgetTheOld(bench.desk);
    expect(counts(bench)).toEqual({ units: 0, notices: 0, messages: 0 });
    expect(await bench.store.history()).toEqual([]);
    expect(bench.log).toContain('state.pruned');
  });

  it('stays while an event that is still there was told of it: it is not told anew', async () => {
    const bench = new Bench(day, [{ name: 'rack' }], { retentionMonths: 1 });
    await bench.reads('rack', { ...said, replaceBy: '05/20/2026' });
    await bench.morning(day);
    const told = bench.ledger();
    expect(told).toHaveLength(1);
    for (const months of [3, 6, 9]) {
      await bench.morning(addMonths(day, months));
      await forgetTheOld(bench.desk);
    }
    expect(bench.ledger()).toEqual(told);
    expect(bench.notices()).toHaveLength(1);
  });

  it('that waits to be sent is never old', async () => {
    const bench = new Bench(day, [{ name: 'rack' }], { retentionMonths: 1, mail: true });
    await bench.reads('rack', { ...said, replaceBy: '06/15/2026' });
    bench.at(day);

    await dailyRun(bench.desk, bench.units);
    const before = counts(bench);
    bench.at(addMonths(day, 6));
    await forgetTheOld(bench.desk);
    expect(counts(bench)).toEqual(before);
  });
});
