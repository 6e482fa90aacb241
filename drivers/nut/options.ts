/**
 * The `nut:` section of a UPS in the config, its short form `nut: ups@host:port`, and one-off targets such as
 * `nut://HOST/UPS`. The texts of `.describe()` become the JSON schema and the documentation.
 */
import { z } from 'zod';
import { DriverError, type DriverOptions } from '../contract.ts';
import { hostKey, hostOfUrl } from '../host.ts';

export const upsdPort = 3493;

/** In place of a name: every UPS of that upsd. */
export const allUps = '*';

/** A name as ups.conf takes it, which cannot be taken for something else on the wire. */
export const upsName = /^[^\s"\\#=[\]@/]{1,127}$/;

const noControl = (text: string) => !/\p{Cc}/u.test(text);

const keys = z.strictObject({
  host: hostKey('Host name or IP address of the NUT server (upsd)'),
  port: z.int().min(1).max(65_535).default(upsdPort).describe('TCP port of upsd'),
  ups: z
    .string()
    .regex(upsName, 'must be the name of a UPS as it stands in brackets in ups.conf, or "*" for all of them')
    .optional()
    .describe(
      'Name of the UPS in ups.conf. It may be left out where upsd knows one UPS only; `*` stands for all it knows, each as a unit of its own',
    ),
  user: z
    .string()
    .min(1)
    .max(127)
    .refine(noControl, 'holds a control character')
    .optional()
    .describe('User name of upsd.users. Reading needs none on most servers'),
  password: z
    .string()
    .min(1)
    .max(255)
    .refine(noControl, 'holds a control character')
    .optional()
    .describe('Password of that user'),
  tls: z
    .enum(['required', 'opportunistic', 'off'])
    .optional()
    .describe(
      '`required`: nothing is asked without STARTTLS; `opportunistic`: STARTTLS where upsd has it; `off`: never. Default: opportunistic, but required with a password for another machine.',
    ),
  caFile: z
    .string()
    .min(1)
    .refine((path) => path.startsWith('/'), 'must be an absolute path')
    .optional()
    .describe('PEM file with the certificate authority of upsd, or its own certificate. An absolute path'),
  verifyCertificate: z
    .boolean()
    .optional()
    .describe(
      '`false` accepts any certificate of upsd. Default: true, but false with `tls: opportunistic` and no `caFile`.',
    ),
  timeout: z.number().min(0.05).max(30).default(5).describe('Seconds to wait for a connection, and for each answer'),
});

/** `ups@host:port` as the keys it stands for; anything else is left for the schema to judge. */
function longForm(written: unknown): unknown {
  if (typeof written !== 'string') return written;
  const parts = /^(?:([^@]*)@)?(\[[^\]]*\]|[^:@]*)(?::(\d+))?$/.exec(written.trim());
  if (parts === null) return { host: written };
  const [, ups, host = '', port] = parts;
  return {
    ...(ups !== undefined && { ups }),
    host: host.replace(/^\[(.*)\]$/, '$1'),
    ...(port !== undefined && { port: Number(port) }),
  };
}

const nutSchema = z
  .preprocess(
    longForm,
    keys.superRefine((options, context) => {
      const wrong = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
      if (options.user !== undefined && options.password === undefined)
        wrong('password', 'is missing beside a user; give it, or remove the user');
      if (options.password !== undefined && options.user === undefined)
        wrong('user', 'is missing beside a password; give it, or remove the password');
      if (options.tls === 'off' && (options.caFile !== undefined || options.verifyCertificate !== undefined))
        wrong('tls', 'is off, but a certificate is to be checked; write `required`');
    }),
  )
  .meta({ type: ['object', 'string'] as unknown as 'object', examples: ['ups@host'] });

/** Parsed options of one unit. Holds a secret: never log it. */
export type NutOptions = z.output<typeof keys>;

const isThisMachine = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host);

/** How the connection is protected, with the defaults filled in. */
export function protectionOf(options: NutOptions): {
  readonly tls: 'required' | 'opportunistic' | 'off';
  readonly verify: boolean;
} {
  const exposed = options.password !== undefined && !isThisMachine(options.host);
  const tls = options.tls ?? (exposed ? 'required' : 'opportunistic');
  return { tls, verify: options.verifyCertificate ?? (tls === 'required' || options.caFile !== undefined) };
}

function badTarget(what: string): DriverError {
  const form = 'Write for example nut://10.0.0.5/ups or nut://USER:PASSWORD@host:3493/ups';
  return new DriverError('bad-target', `${what}. ${form}`, { retry: false });
}

function decodedPart(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badTarget(`The ${what} has a "%" that stands for nothing: write a percent sign as %25`);
  }
}

function fromUrl(url: URL): Record<string, unknown> {
  if (url.hostname === '') throw badTarget('The target names no host');
  if (url.hash !== '') throw badTarget('The target has a "#": write it as %23');
  const raw: Record<string, unknown> = {
    host: decodedPart(hostOfUrl(url), 'host'),
  };
  if (url.port !== '') raw['port'] = Number(url.port);
  const ups = decodedPart(url.pathname.replace(/^\//, ''), 'name of the UPS');
  if (ups !== '') raw['ups'] = ups;
  if (url.username !== '') raw['user'] = decodedPart(url.username, 'user');
  if (url.password !== '') raw['password'] = decodedPart(url.password, 'password');
  addQuery(url, raw);
  return raw;
}

const inQuery: Readonly<Record<string, (text: string) => unknown>> = {
  tls: (text) => text,
  caFile: (text) => text,
  verifyCertificate: (text) => (text === 'true' ? true : text === 'false' ? false : text),
  timeout: Number,
};

function addQuery(url: URL, raw: Record<string, unknown>): void {
  for (const [key, value] of url.searchParams) {
    const read = Object.hasOwn(inQuery, key) ? inQuery[key] : undefined;
    if (read === undefined) throw badTarget(`The target has no option "${key}"`);
    if (Object.hasOwn(raw, key)) throw badTarget(`The option "${key}" stands twice in the target`);
    raw[key] = read(value);
  }
}

function lineOf({ host, port }: NutOptions): string {
  return `nut:${host.toLowerCase()}:${port}`;
}

/** Whether it may be any UPS of that upsd. */
const isOpen = ({ ups }: NutOptions): boolean => ups === undefined || ups === allUps;

/** What belongs to a user of upsd. */
const accessKeys = ['user', 'password', 'tls', 'caFile', 'verifyCertificate'] as const;

/** What the config needs to know of this driver. */
export const nutOptions: DriverOptions<NutOptions> = {
  schema: nutSchema,
  secrets: ['password'],
  schemes: ['nut'],
  fromUrl,
  lineOf,
  searches: [{ by: 'server', port: upsdPort }],
  isSame: (one, other) => lineOf(one) === lineOf(other) && (isOpen(one) || isOpen(other) || one.ups === other.ups),
  all: { is: ({ ups }) => ups === allUps, one: (options, ups) => ({ ...options, ups }) },
  introduction: ({ user, host }) => (user === undefined ? undefined : { keys: accessKeys, host }),
};
