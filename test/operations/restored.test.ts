import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { followConfig } from '../../agent/operations/reseller.ts';
import { takeAsTold } from '../../agent/operations/restored.ts';
import { snapshot } from '../../agent/store/memory-store.ts';
import { Bench, down } from './support.ts';

const day = '2026-06-01';
/** 30 days before the first day of July. */
const said = { serial: 'AS2128296401', model: 'Smart-UPS 1500', replaceBy: '07/01/2026' };

async function connected(): Promise<Bench> {
  const bench = new Bench(day, [{ name: 'rack' }]);
  await bench.connect();
  await bench.reads('rack', said);
  return bench;
}

describe('a restored state', () => {
  it('does not tell again what was told after the backup', async () => {
    const bench = await connected();
    const backup = snapshot(bench.store);
    await bench.morning(day);
    expect(bench.notices()).toHaveLength(2);
    bench.mails.length = 0;
    bench.at(day, '12:00').restart(backup);
    expect(await takeAsTold(bench.desk, '2026-05-31T22:30:00Z')).toEqual({ messages: 2, notices: 2 });
    for (let n = 0; n < 3; n += 1) await bench.morning(addDays(day, n));
    expect(bench.mails).toEqual([]);
  });

  it('tells what falls due from then on', async () => {
    const bench = await connected();
    const backup = snapshot(bench.store);
    const backupAt = bench.now;
    bench.at(day, '12:00').restart(backup);
    await takeAsTold(bench.desk, backupAt);
    for (let n = 1; n <= 31; n += 1) await bench.morning(addDays(day, n));
    expect(bench.notices('sales@reseller.example').map(({ day: on }) => on)).toEqual(['2026-06-24', '2026-07-01']);
  });

  it('tells today what is due today when its hour has not come yet', async () => {
    const bench = await connected();
    const backup = snapshot(bench.store);
    const backupAt = bench.now;
    bench.at(day, '07:00').restart(backup);
    expect(await takeAsTold(bench.desk, backupAt)).toEqual({ messages: 0, notices: 0 });
    await bench.morning(day);
    expect(bench.notices()).toHaveLength(2);
  });

  it('does not send what waited when the backup was made', async () => {
    const bench = await connected();
    bench.smtp = () => down;
    await bench.morning(day);
    const backup = snapshot(bench.store);
    bench.smtp = () => undefined;
    bench.restart(backup);
    expect(await takeAsTold(bench.desk, bench.now)).toEqual({ messages: 2, notices: 2 });
    await bench.morning(addDays(day, 1));
    expect(bench.mails).toEqual([]);
    expect(await bench.store.history({ kind: 'state.restored' })).toHaveLength(1);
  });

  it('keeps an invitation that waited: the words stay the same', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    bench.smtp = () => down;
    await followConfig(bench.desk);
    await bench.deliver();
    bench.restart(snapshot(bench.store));
    await takeAsTold(bench.desk, bench.now);
    bench.smtp = () => undefined;
    await bench.morning(addDays(day, 1));
    expect(bench.code()).not.toBe('');
  });
});
