/**
 * The one-way rule of docs/architecture.md as data: which room may import which. A room is a folder of agent/ or
 * drivers/, the config folder, or a file directly inside agent/ or drivers/.
 */
import { posix } from 'node:path';

/** One import or re-export. */
export interface ImportLine {
  /** Path of the importing file from the root of the tree, with slashes. */
  readonly file: string;
  readonly line: number;
  /** As written: `./x.ts` or the name of a package. */
  readonly from: string;
  readonly typeOnly: boolean;
  /** `import('./x.ts')`: loaded when it is reached, and not before. */
  readonly onDemand: boolean;
  /** Names that are imported as values; empty for `import './x.ts'` and for dynamic imports. */
  readonly values: readonly string[];
}

const statement = /^[ \t]*(?:import|export)\s+(type\s+)?((?:[^'";=()]|\n)*?)\bfrom\s*'([^']+)'/gm;
const bare = /^[ \t]*import\s*'([^']+)'/gm;
const dynamic = /\bimport\(\s*'([^']+)'/g;

/** Every import line of a file. */
export function importsOf(file: string, text: string): ImportLine[] {
  const at = (index: number): number => text.slice(0, index).split('\n').length;
  return [
    ...[...text.matchAll(statement)].map(({ index, 1: type, 2: names = '', 3: from = '' }) => {
      const values = type === undefined ? valueNames(names) : [];
      return { file, line: at(index), from, typeOnly: values.length === 0, onDemand: false, values };
    }),
    ...[...text.matchAll(bare)].map(({ index, 1: from = '' }) => {
      return { file, line: at(index), from, typeOnly: false, onDemand: false, values: [] };
    }),
    ...[...text.matchAll(dynamic)].map(({ index, 1: from = '' }) => {
      return { file, line: at(index), from, typeOnly: false, onDemand: true, values: [] };
    }),
  ];
}

/** `* as x`, `x`, and of `{ a, type B, c as d }` the names a and c. */
function valueNames(clause: string): string[] {
  return clause
    .replaceAll(/[{}\n]/g, ' ')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
    .map((name) => name.split(/\s+as\s+/)[0] ?? name);
}

/** The room of a file. */
export function roomOf(file: string): string {
  const [top = '', second = '', third] = file.split('/');
  if (top !== 'agent' && top !== 'drivers') return top;
  return third === undefined ? `${top}/${second.replace(/\.tsx?$/, '')}` : `${top}/${second}`;
}

const contract = 'drivers/contract';
const host = 'drivers/host';
const registry = 'drivers/registry';
const serialPorts = 'drivers/serial-ports';
const probe = 'drivers/probe';
const writers = 'drivers/writers';
const besideDrivers = [contract, host, registry, writers, serialPorts, probe];
const lower = ['agent/lifecycle', 'agent/store', 'agent/delivery'];
const middle = [...lower, 'agent/operations', 'agent/polling', 'agent/control', 'agent/ops', 'agent/discovery'];
const top = [
  'agent/commands',
  'agent/office',
  'agent/heartbeat',
  'agent/listed',
  'agent/lister',
  'agent/site',
  'agent/poll',
  'agent/answers',
  'agent/traps',
  'agent/version',
  'agent/watch',
  'agent/writing',
];

/** What a room may import beside itself. `drivers/*` stands for each driver's folder. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'agent/main': [
    ...top,
    ...middle,
    'agent/agent',
    'agent/capture',
    'agent/cli',
    'agent/portal',
    'config',
    contract,
    registry,
  ],
  'agent/cli': [
    ...top,
    ...middle,
    'agent/agent',
    'agent/capture',
    'agent/doctor',
    'agent/portal',
    'config',
    contract,
    registry,
  ],
  'agent/agent': [...top, ...middle, 'agent/portal', 'config', contract, registry],
  'agent/portal': [...top, ...middle, 'config', contract, registry],
  'agent/commands': [
    ...middle,
    'agent/lister',
    'agent/office',
    'agent/site',
    'agent/poll',
    'agent/answers',
    'agent/traps',
    'agent/version',
    'agent/writing',
    contract,
    registry,
  ],
  'agent/writing': ['agent/lifecycle', 'agent/operations', contract, writers],
  'agent/heartbeat': [...middle, 'agent/office', 'agent/version'],
  'agent/listed': ['config', registry],
  'agent/lister': ['agent/listed', 'agent/operations', 'agent/polling', 'agent/store', 'config', contract, registry],
  'agent/office': [...middle, 'agent/listed', 'agent/site', 'config', contract],
  'agent/site': [...lower, 'agent/operations', 'config'],
  'agent/poll': [...lower, 'agent/operations', contract],
  'agent/answers': ['agent/delivery', 'agent/operations', 'agent/polling', 'agent/site', 'config'],
  'agent/traps': ['agent/operations', 'agent/polling', 'config', contract, registry],
  'agent/capture': ['agent/lifecycle', 'agent/poll', 'agent/version', contract, registry],
  'agent/version': [],
  'agent/watch': ['agent/lister', 'agent/office', 'agent/operations', 'agent/polling', 'config', contract, registry],
  'agent/control': ['agent/operations', 'agent/store', 'agent/lifecycle'],
  'agent/ops': ['agent/operations', 'agent/store', 'agent/lifecycle'],
  'agent/operations': [...lower, contract],
  'agent/delivery': ['agent/store', 'agent/lifecycle'],
  'agent/doctor': ['agent/lifecycle', 'agent/poll', 'agent/traps', 'config'],
  'agent/discovery': [contract, probe, registry, serialPorts],
  'agent/polling': [contract],
  'agent/store': ['agent/lifecycle'],
  'agent/lifecycle': [contract],
  config: [contract, registry],
  'drivers/*': [contract, host, probe],
  'drivers/registry': [contract, 'drivers/*'],
  'drivers/writers': [contract, registry, 'drivers/*'],
  'drivers/contract': [probe],
  'drivers/probe': [],
  'drivers/host': [],
  'drivers/serial-ports': [],
};

/** Constants of the driver contract that the pure room may use beside its types. */
const contractConstants = ['signalKeys', 'verdicts'];

/** The one place, or places, where a library is touched. A library that is not listed may not be used at all. */
const edges: Readonly<Record<string, readonly string[]>> = {
  commander: ['agent/main.ts', 'agent/cli/'],
  'node-cron': ['agent/agent.ts'],
  pino: ['agent/ops/'],
  hono: ['agent/portal/'],
  '@hono/node-server': ['agent/portal/'],
  'ical-generator': ['agent/portal/calendar/'],
  imapflow: ['agent/delivery/answers/'],
  'csv-parse': ['agent/operations/table.ts'],
  'csv-stringify': ['agent/operations/table.ts'],
  'prom-client': ['agent/ops/'],
  lowdb: ['agent/store/'],
  nodemailer: ['agent/delivery/mail/'],
  undici: ['agent/delivery/cloud/', 'agent/delivery/http.ts', 'agent/delivery/oauth2/'],
  'temporal-polyfill': ['agent/lifecycle/'],
  yaml: ['config/'],
  'net-snmp': ['drivers/snmp/'],
  'modbus-serial': ['drivers/modbus/'],
  serialport: ['drivers/modbus/', 'drivers/upslink/', 'drivers/serial-ports.ts'],
  // A schema is read where something comes in from outside.
  zod: ['config/', 'drivers/', 'agent/delivery/cloud/', 'agent/delivery/oauth2/', 'agent/portal/'],
};

/** What an import breaks, in a sentence with its place, or nothing. */
export function violation(imported: ImportLine): string | undefined {
  const { file, line, from } = imported;
  const what = from.startsWith('.') ? insideProblem(imported) : libraryProblem(imported);
  return what === undefined ? undefined : `${file}:${line}: ${what}`;
}

/** What writes to a UPS is reached through one door each, and loaded only there. */
const doors: Readonly<Record<string, string>> = { 'drivers/writers.ts': 'agent/writing.ts' };

/** The one file of a driver that writes. */
export const isWriter = (path: string): boolean => /^drivers\/[^/]+\/writer\.ts$/.test(path);

function insideProblem({ file, from, values, onDemand }: ImportLine): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(file), from));
  const [room, other] = [roomOf(file), roomOf(target)];
  const locked = doors[target] ?? (isWriter(target) ? 'drivers/writers.ts' : undefined);
  if (locked !== undefined && (file !== locked || !onDemand))
    return `${target} is loaded by ${locked} alone, on demand`;
  if (room === other) return undefined;
  const isDriver = (name: string): boolean => name.startsWith('drivers/') && !besideDrivers.includes(name);
  const rules = allowed[isDriver(room) ? 'drivers/*' : room];
  if (rules === undefined) return `the room ${room} is not in the list of test/house/rules.ts`;
  if (!rules.includes(isDriver(other) ? 'drivers/*' : other)) return `${room} may not import ${other}`;
  if (room === 'agent/lifecycle' && other === contract) {
    const value = values.find((name) => !contractConstants.includes(name));
    return value === undefined ? undefined : `${room} may import types and constants of ${contract}, not ${value}`;
  }
  return undefined;
}

function libraryProblem({ file, from, typeOnly }: ImportLine): string | undefined {
  if (from.startsWith('node:')) {
    return roomOf(file) === 'agent/lifecycle' ? `agent/lifecycle is pure and may not import ${from}` : undefined;
  }
  const name = from.split('/', from.startsWith('@') ? 2 : 1).join('/');
  const places = edges[name];
  if (places === undefined) return `${name} is not in the list of libraries of test/house/rules.ts`;
  if (file === 'drivers/contract.ts' && !typeOnly) return `${file} is types: it may not run ${name}`;
  return places.some((place) => file.startsWith(place)) ? undefined : `${name} belongs to ${places.join(', ')} alone`;
}
