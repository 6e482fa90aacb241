/**
 * Kills a process that writes to a store, many times, and checks after each kill that nothing acknowledged is lost
 * and nothing is doubled: `tsx scripts/acceptance/kill-store.ts [--rounds N]`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killLoop } from '../../test/store/kill-loop.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '100' } } });
const rounds = Number(values.rounds);
if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1');
const directory = await mkdtemp(join(tmpdir(), 'kill-store-'));
console.log(`The state folder is ${directory}; it is kept if a check fails.`);
const total = await killLoop({ directory, rounds, random: Math.random, report: (line) => console.log(line) });
await rm(directory, { recursive: true });
console.log(`${rounds} kills, ${total} acknowledged changes: none lost, no history entry lost or doubled.`);
