/**
 * The `snmp:` section of a UPS in the config, and one-off targets such as `snmp://HOST?community=public`.
 * The texts of `.describe()` become the JSON schema and the documentation.
 */
import { z } from 'zod';
import { DriverError, type DriverOptions } from '../contract.ts';
import { hostKey, hostOfUrl } from '../host.ts';

export const snmpPort = 161;

/** What belongs to an SNMPv3 user. */
const userKeys = ['user', 'authProtocol', 'authPassword', 'privProtocol', 'privPassword', 'context'] as const;

const authProtocols = ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'] as const;
const privProtocols = ['des', 'aes', 'aes256b', 'aes256r'] as const;
type Version = 'auto' | '1' | '2c' | '3';

const passphrase = z.string().min(8, 'is shorter than 8 characters, which SNMPv3 does not allow');

const snmpSchema = z
  .strictObject({
    host: hostKey('Host name or IP address of the network card'),
    port: z.int().min(1).max(65_535).default(snmpPort).describe('UDP port of the card'),
    version: z
      .union([z.enum(['auto', '1', '2c', '3']), z.literal([1, 3])])
      .transform((version) => String(version) as Version)
      .default('auto')
      .describe('SNMP version. `auto` is 3 where `user` is given; else 2c is tried, and 1 if the card stays silent'),
    community: z
      .string()
      .min(1)
      .max(255)
      .default('public')
      .describe('Read community of SNMP 1 and 2c. Quote it in YAML if it holds only digits'),
    writeCommunity: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe(
        'Community that may write, with `allowWrite: true`; never used for reading. Default: the same as `community`.',
      ),
    user: z.string().min(1).max(32).optional().describe('SNMPv3 user (profile) name'),
    authProtocol: z.enum(authProtocols).optional().describe('SNMPv3 authentication: `sha` unless given'),
    authPassword: passphrase.optional().describe('SNMPv3 authentication passphrase, as set on the card'),
    privProtocol: z
      .enum(privProtocols)
      .optional()
      .describe('SNMPv3 privacy: `aes` (AES-128) unless given. AES-256 comes in two forms, `aes256b` and `aes256r`'),
    privPassword: passphrase.optional().describe('SNMPv3 privacy passphrase, as set on the card'),
    context: z.string().max(32).optional().describe('SNMPv3 context name; cards of Smart-UPS units need none'),
    timeout: z.number().min(0.05).max(60).default(3).describe('Seconds to wait for one answer; slow cards need 3'),
    retries: z.int().min(0).max(10).default(1).describe('How often an unanswered request is sent again'),
  })
  .superRefine((options, context) => {
    const wrong = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (options.version === '3' && options.user === undefined) wrong('user', 'is missing: SNMP version 3 needs a user');
    if (options.user !== undefined && (options.version === '1' || options.version === '2c'))
      wrong('user', `belongs to SNMP version 3, but version is ${options.version}: write version: 3`);
    for (const key of ['authProtocol', 'authPassword', 'privProtocol', 'privPassword', 'context'] as const) {
      if (options.user === undefined && options.version !== '3' && options[key] !== undefined)
        wrong(key, 'belongs to SNMP version 3: give the `user` too');
    }
    if (options.writeCommunity !== undefined && (options.user !== undefined || options.version === '3'))
      wrong('writeCommunity', 'belongs to SNMP 1 and 2c: with a `user`, that user needs write access on the card');
    if (options.authProtocol !== undefined && options.authPassword === undefined)
      wrong('authPassword', 'is missing: authProtocol needs it');
    if (options.privProtocol !== undefined && options.privPassword === undefined)
      wrong('privPassword', 'is missing: privProtocol needs it');
    if (options.privPassword !== undefined && options.authPassword === undefined)
      wrong('privPassword', 'needs authPassword too: SNMPv3 has no privacy without authentication');
  });

/** Parsed options of one unit. Holds secrets: never log it. */
export type SnmpOptions = z.output<typeof snmpSchema>;

/** How to introduce ourselves to the card. Holds secrets: never log it. */
export type Access =
  | { readonly version: '1' | '2c'; readonly community: string }
  | {
      readonly version: '3';
      readonly user: string;
      readonly auth?: { readonly protocol: (typeof authProtocols)[number]; readonly password: string };
      readonly priv?: { readonly protocol: (typeof privProtocols)[number]; readonly password: string };
      readonly context?: string;
    };

/** The accesses to try in turn: two for `auto` with a community, else one. */
export function accessesOf(options: SnmpOptions): readonly Access[] {
  const { community, user, authPassword, privPassword, context } = options;
  if (user !== undefined) {
    return [
      {
        version: '3',
        user,
        ...(authPassword !== undefined && {
          auth: { protocol: options.authProtocol ?? 'sha', password: authPassword },
        }),
        ...(privPassword !== undefined && {
          priv: { protocol: options.privProtocol ?? 'aes', password: privPassword },
        }),
        ...(context !== undefined && { context }),
      },
    ];
  }
  if (options.version === '1' || options.version === '2c') return [{ version: options.version, community }];
  return [
    { version: '2c', community },
    { version: '1', community },
  ];
}

const example = 'snmp://10.0.0.5?community=public or snmp://10.0.0.5?version=3&user=NAME&authPassword=...';

function badTarget(what: string): DriverError {
  return new DriverError('bad-target', `${what}. Write for example ${example}`, { retry: false });
}

/** A part of the query, where `+` is a plus sign: communities may hold any character. */
function decoded(text: string, key: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badTarget(`The value of "${key}" has a "%" that stands for nothing: write a percent sign as %25`);
  }
}

const numeric: ReadonlySet<string> = new Set(['timeout', 'retries']);
/** Host and port stand before the `?`, and one-off targets are only ever read. */
const inConfigOnly: ReadonlySet<string> = new Set(['host', 'port', 'writeCommunity']);

function fromUrl(url: URL): Record<string, unknown> {
  if (url.hostname === '') throw badTarget('The target names no host');
  if (url.username !== '' || url.password !== '') throw badTarget('A community or user does not go before the host');
  if (url.pathname !== '' && url.pathname !== '/') throw badTarget(`The target has a path, "${url.pathname}"`);
  if (url.hash !== '') throw badTarget('The target has a "#": write it as %23');
  const raw: Record<string, unknown> = { host: decoded(hostOfUrl(url), 'host') };
  if (url.port !== '') raw['port'] = Number(url.port);
  addQuery(url, raw);
  return raw;
}

function addQuery(url: URL, raw: Record<string, unknown>): void {
  for (const part of url.search.replace(/^\?/, '').split('&')) {
    if (part === '') continue;
    const cut = part.indexOf('=');
    const key = cut < 0 ? part : part.slice(0, cut);
    if (!Object.hasOwn(snmpSchema.shape, key) || inConfigOnly.has(key))
      throw badTarget(`The target has no option "${key}"`);
    if (Object.hasOwn(raw, key)) throw badTarget(`The option "${key}" stands twice in the target`);
    const value = cut < 0 ? '' : decoded(part.slice(cut + 1), key);
    raw[key] = numeric.has(key) ? Number(value) : value;
  }
}

/** What the config needs to know of this driver. */
export const snmpOptions: DriverOptions<SnmpOptions> = {
  schema: snmpSchema,
  secrets: ['community', 'writeCommunity', 'authPassword', 'privPassword'],
  schemes: ['snmp'],
  fromUrl,
  lineOf: (options) => `snmp:${options.host.toLowerCase()}:${options.port}`,
  trapsFrom: (options) => {
    const [access] = accessesOf(options);
    return { host: options.host, ...(access?.version === '3' && { user: access }) };
  },
  searches: [{ by: 'address', port: snmpPort }],
  introduction: ({ user }) => (user === undefined ? undefined : { keys: userKeys }),
};
