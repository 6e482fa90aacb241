/**
 * The `modbus:` section of a UPS in the config, and one-off targets such as `modbus://HOST?unit=1` and
 * `modbus-rtu:/dev/ttyUSB0?unit=1`. The texts of `.describe()` become the JSON schema and the documentation.
 */
import { z } from 'zod';
import { DriverError, type DriverOptions } from '../contract.ts';
import { hostKey, hostOfUrl } from '../host.ts';

export const modbusPort = 502;
const modbusBaud = 9600;

const lineKeys = {
  host: ['port', 'smartConnect'],
  device: ['baud', 'parity', 'stopBits'],
} as const;

const modbusSchema = z
  .strictObject({
    host: hostKey(
      'Modbus TCP: host name or IP address of the network card, the SmartConnect port or a gateway',
    ).optional(),
    port: z.int().min(1).max(65_535).optional().describe('TCP port, with `host`. Default: 502.'),
    smartConnect: z
      .union([z.boolean(), z.literal('auto')])
      .optional()
      .describe(
        'Whether it is a SmartConnect port that answers one request a connection; `auto` finds out. Default: auto.',
      ),
    device: z
      .string()
      .refine((path) => path.startsWith('/'), 'must be the full path of a serial port, such as /dev/serial/by-id/...')
      .optional()
      .describe('Modbus RTU: path of the serial port, instead of `host`; those in /dev/serial/by-id keep their names'),
    baud: z.int().min(1200).max(115_200).optional().describe('Speed of the line, with `device`. Default: 9600.'),
    parity: z
      .enum(['none', 'even', 'odd'])
      .optional()
      .describe('Parity, with `device`; Smart-UPS units know none only. Default: none.'),
    stopBits: z
      .union([z.literal(1), z.literal(2)])
      .optional()
      .describe('Stop bits, with `device`. Default: 1.'),
    unit: z.int().min(1).max(247).default(1).describe('Modbus address of the UPS, as set on its front panel'),
    timeout: z.number().min(0.05).max(30).default(2).describe('Seconds to wait for one answer'),
    retries: z.int().min(0).max(10).default(2).describe('How often a request without a sound answer is sent again'),
  })
  .superRefine((options, context) => {
    const wrong = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (options.host === undefined && options.device === undefined)
      wrong('host', 'is missing: give `host` for Modbus TCP, or `device` for a serial line');
    if (options.host !== undefined && options.device !== undefined)
      wrong('device', 'stands beside `host`: a UPS is read over the network or over a serial line, give one of them');
    if (options.host === undefined && options.device !== undefined)
      for (const key of lineKeys.host) if (options[key] !== undefined) wrong(key, 'belongs to `host`, not to `device`');
    if (options.host !== undefined && options.device === undefined)
      for (const key of lineKeys.device)
        if (options[key] !== undefined) wrong(key, 'belongs to `device`, not to `host`');
  });

/** Parsed options of one unit. */
export type ModbusOptions = z.output<typeof modbusSchema>;

/** Where a line is, with every default filled in. Units with equal settings share the line. */
export type LineSettings =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly smartConnect: boolean | 'auto' }
  | {
      readonly kind: 'rtu';
      readonly device: string;
      readonly baud: number;
      readonly parity: 'none' | 'even' | 'odd';
      readonly stopBits: 1 | 2;
    };

export function lineSettings(options: ModbusOptions): LineSettings {
  const {
    host,
    port = modbusPort,
    smartConnect = 'auto',
    device,
    baud = modbusBaud,
    parity = 'none',
    stopBits = 1,
  } = options;
  if (device !== undefined) return { kind: 'rtu', device, baud, parity, stopBits };
  return { kind: 'tcp', host: host ?? '', port, smartConnect };
}

/** What two units must share to be on one line. */
export function lineKey(line: LineSettings): string {
  return line.kind === 'tcp' ? `modbus:${line.host.toLowerCase()}:${line.port}` : line.device;
}

const rtuScheme = 'modbus-rtu';
const example = 'modbus://10.0.0.5?unit=1 or modbus-rtu:/dev/ttyUSB0?unit=1&baud=9600';

function badTarget(what: string): DriverError {
  return new DriverError('bad-target', `${what}. Write for example ${example}`, { retry: false });
}

function decoded(text: string, key: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badTarget(`The value of "${key}" has a "%" that stands for nothing: write a percent sign as %25`);
  }
}

const numeric: ReadonlySet<string> = new Set(['unit', 'baud', 'stopBits', 'timeout', 'retries']);
const words: Readonly<Record<string, boolean>> = { true: true, false: false };

function fromUrl(url: URL): Record<string, unknown> {
  if (url.username !== '' || url.password !== '') throw badTarget('Modbus knows no user or password');
  if (url.hash !== '') throw badTarget('The target has a "#": write it as %23');
  const raw = url.protocol === `${rtuScheme}:` ? deviceOf(url) : hostOf(url);
  addQuery(url, raw);
  return raw;
}

function hostOf(url: URL): Record<string, unknown> {
  if (url.hostname === '') throw badTarget('The target names no host');
  if (url.pathname !== '' && url.pathname !== '/') throw badTarget(`The target has a path, "${url.pathname}"`);
  const host = decoded(hostOfUrl(url), 'host');
  return { host, ...(url.port !== '' && { port: Number(url.port) }) };
}

function deviceOf(url: URL): Record<string, unknown> {
  if (url.host !== '') throw badTarget(`The target names a host, "${url.host}", where a serial port belongs`);
  if (url.pathname === '' || url.pathname === '/') throw badTarget('The target names no serial port');
  return { device: decoded(url.pathname.replace(/^\/+/, '/'), 'device') };
}

function addQuery(url: URL, raw: Record<string, unknown>): void {
  for (const part of url.search.replace(/^\?/, '').split('&')) {
    if (part === '') continue;
    const cut = part.indexOf('=');
    const key = cut < 0 ? part : part.slice(0, cut);
    if (!Object.hasOwn(modbusSchema.shape, key) || key === 'host' || key === 'port' || key === 'device')
      throw badTarget(`The target has no option "${key}"`);
    if (Object.hasOwn(raw, key)) throw badTarget(`The option "${key}" stands twice in the target`);
    const value = cut < 0 ? '' : decoded(part.slice(cut + 1), key);
    raw[key] = numeric.has(key) ? numberOf(value) : (words[value] ?? value);
  }
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** What the config needs to know of this driver. */
export const modbusOptions: DriverOptions<ModbusOptions> = {
  schema: modbusSchema,
  secrets: [],
  schemes: ['modbus', `${rtuScheme}:/`],
  fromUrl,
  lineOf: (options) => lineKey(lineSettings(options)),
  trapsFrom: ({ host }) => (host === undefined ? undefined : { host }),
  searches: [
    { by: 'address', port: modbusPort },
    { by: 'serial', baud: modbusBaud },
  ],
  isSame: (one, other) => one.unit === other.unit && lineKey(lineSettings(one)) === lineKey(lineSettings(other)),
};
