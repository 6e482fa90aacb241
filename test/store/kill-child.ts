/** Commits without end and says on stdout what was acknowledged, until it is killed. See kill-loop.ts. */
import { writeSync } from 'node:fs';
import { openStore } from '../../agent/store/lowdb-store.ts';
import { linesLog } from './simulated-disk.ts';

const [directory = '', workers = '8'] = process.argv.slice(2);
const store = await openStore({ directory, now: Date.now, log: linesLog(), foldAt: 20_000 });

async function work(worker: string): Promise<never> {
  for (;;) {
    const before = store.get<{ count: number }>(worker);
    const count = (before?.value.count ?? 0) + 1;
    await store.commit({
      changes: [{ key: worker, value: { count, padding: 'x'.repeat(count % 200) }, expected: before?.revision ?? 0 }],
      history: [{ at: new Date().toISOString(), kind: 'count', unit: worker, data: { count } }],
    });
    writeSync(1, `${worker} ${count}\n`);
  }
}

await Promise.all(Array.from({ length: Number(workers) }, (_, index) => work(`worker-${index}`)));
