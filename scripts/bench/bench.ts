/**
 * What polling and the pages cost on this machine: `npm run bench [-- --quick]`. Each figure is of a fresh process; the cards are
 * another process, whose work is not counted. Compare figures of one run with each other, not with other machines.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Work } from './measure.ts';
import type { PageFigures } from './pages.ts';

interface Cost {
  readonly count: number;
  readonly cpuMs: number;
  readonly wallMs: number;
}
interface SiteFigures {
  readonly rss: number;
  readonly heapUsed: number;
  readonly peak: number;
  readonly configMs: number;
  readonly first: Cost;
  readonly runs: readonly (Cost & { readonly notices: number; readonly longestHoldMs: number })[];
  readonly troubles: readonly string[];
}

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const size = values.quick
  ? { cards: 100, polls: 2000, sites: [200, 1000] }
  : { cards: 1000, polls: 30_000, sites: [1000, 10_000] };
const width = 50;

const script = (name: string): string => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));

async function responder(cards: number): Promise<{ ports: number[]; process: ChildProcess }> {
  const child = fork(script('responder'), [`${cards}`], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [ports] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`the responder could not open ${cards} sockets; raise ulimit -n`);
    }),
  ])) as [number[]];
  return { ports, process: child };
}

async function measure<T>(what: string, work: Work): Promise<T> {
  const child = fork(script('measure'), [], {
    execArgv: [...process.execArgv, '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send({ what, work });
  const [figures] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the measurement "${what}" ended with ${code}`);
    }),
  ])) as [T];
  return figures;
}

const micro = ({ cpuMs, count }: Cost): string => ((cpuMs * 1000) / count).toFixed(1).padStart(8);
const perSecond = ({ cpuMs, count }: Cost): string =>
  Math.round((count * 1000) / cpuMs)
    .toLocaleString('en')
    .padStart(8);
const mib = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`;

function row(name: string, cost: Cost): void {
  console.log(`${name.padEnd(52)}${micro(cost)} µs ${perSecond(cost)} a CPU-second`);
}

const [processor] = cpus();
console.log(`Node ${process.version}, ${cpus().length} x ${processor?.model ?? 'unknown processor'}`);
const cards = await responder(size.cards);
const work: Work = { ports: cards.ports, polls: size.polls, inFlight: width };
const bare = await measure<Cost & { sentBytes: number; receivedBytes: number }>('bare', work);
const driver = await measure<Cost & { first: Cost }>('driver', work);
const path = await measure<Cost & { first: Cost; failed: number; troubles: string[] }>('path', work);
cards.process.disconnect();

console.log(
  `\nPolls of ${size.cards} units, ${width} in flight, SNMP 2c: ${bare.sentBytes} bytes out, ${bare.receivedBytes} bytes in. CPU is user and system time of the poller.`,
);
row('bare dgram, ready-made datagrams (the limit)', bare);
row('driver.read', driver);
row('the whole path: poller, driver, lifecycle, store', path);
row('first contact: driver', driver.first);
row('first contact: the whole path', path.first);
console.log(
  `The path reaches ${((100 * bare.cpuMs * path.count) / (path.cpuMs * bare.count)).toFixed(0)} % of the limit.`,
);
if (path.failed > 0) console.log(`${path.failed} units did not answer at the end: ${path.troubles.join('; ')}`);
if (path.failed > 0) process.exitCode = 1;

for (const units of size.sites) {
  const many = await responder(units);
  const figures = await measure<SiteFigures>('site', { ports: many.ports, polls: 0, inFlight: width });
  many.process.disconnect();
  const { rss, heapUsed, peak, configMs, first, runs, troubles } = figures;
  console.log(`\n${units.toLocaleString('en')} units, configured and polled once:`);
  console.log(`  memory     ${mib(rss)} resident (${mib(heapUsed)} of it heap; ${mib(peak)} at most)`);
  console.log(
    `  start      config read in ${configMs.toFixed(0)} ms, first poll of all in ${first.wallMs.toFixed(0)} ms`,
  );
  for (const [index, run] of runs.entries()) {
    console.log(
      `  daily run  ${run.wallMs.toFixed(0)} ms (${run.cpuMs.toFixed(0)} ms CPU), ${run.notices} notices${index === 0 ? ', the first' : ''}; longest hold of the process ${run.longestHoldMs.toFixed(0)} ms`,
    );
  }
  for (const trouble of troubles) console.log(`  ${trouble}`);
  const ports = Array.from({ length: units }, (_none, index) => index);
  for (const { name, cpuMs, bytes } of await measure<PageFigures[]>('pages', { ports, polls: 0, inFlight: width })) {
    console.log(
      `  page       ${name.padEnd(28)}${cpuMs.toFixed(0).padStart(6)} ms CPU, ${Math.round(bytes / 1024)} KiB`,
    );
  }
}
