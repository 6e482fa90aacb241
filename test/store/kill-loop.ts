import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../agent/store/lowdb-store.ts';
import { linesLog } from './simulated-disk.ts';

export interface KillLoopOptions {
  readonly directory: string;
  readonly rounds: number;
  /** 0 … 1 */
  readonly random: () => number;
  /** Called after each round that held. */
  readonly report?: (line: string) => void;
}

/**
 * Starts a process that commits to a store, kills it with SIGKILL at a random acknowledgement, and checks what a new
 * start finds: everything acknowledged, nothing else, each history entry once. Throws when that does not hold.
 * @returns how many changes were acknowledged
 */
export async function killLoop({ directory, rounds, random, report }: KillLoopOptions): Promise<number> {
  const acknowledged = new Map<string, number>();
  let total = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const killAfter = Math.floor(random() * 400);
    const count = await runAndKill(directory, killAfter, acknowledged);
    total += count;
    const { records, entries, said } = await check(directory, acknowledged);
    report?.(
      `round ${round}: killed after ${count} acknowledged changes; ${records} records, ${entries} entries. ${said}`,
    );
  }
  return total;
}

async function runAndKill(directory: string, killAfter: number, acknowledged: Map<string, number>): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('./kill-child.ts', import.meta.url)), directory],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'close');
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [worker = '', number] = line.split(' ');
    acknowledged.set(worker, Number(number));
    count += 1;
    if (count === killAfter + 1) child.kill('SIGKILL');
  }
  const [, signal] = await ended;
  if (signal !== 'SIGKILL') throw new Error(`The child ended by itself (${String(signal)})`);
  return count;
}

async function check(directory: string, acknowledged: Map<string, number>) {
  const log = linesLog();
  const store = await openStore({ directory, now: Date.now, log, foldAt: 20_000 });
  let entries = 0;
  for (const [worker, atLeast] of acknowledged) {
    const found = store.get<{ count: number }>(worker)?.value.count ?? 0;
    // One change of each worker may have become durable without its acknowledgement getting through.
    if (found < atLeast || found > atLeast + 1) throw new Error(`${worker}: acknowledged ${atLeast}, found ${found}`);
    const counts = (await store.history({ unit: worker })).map(({ data }) => data['count']);
    const wanted = Array.from({ length: found }, (_, index) => index + 1);
    if (counts.join() !== wanted.join()) throw new Error(`${worker}: history has ${counts.join()}, not 1 to ${found}`);
    entries += counts.length;
    // What a start finds is known from then on: the next round may add one of its own to it.
    acknowledged.set(worker, found);
  }
  const records = store.list('').length;
  await store.close();
  return { records, entries, said: log.lines.join(' ') };
}
