/**
 * The `apcupsd:` section of a UPS in the config, and one-off targets such as `apcupsd://HOST:PORT`.
 * The texts of `.describe()` become the JSON schema and the documentation.
 */
import { z } from 'zod';
import { DriverError, type DriverOptions } from '../contract.ts';
import { hostKey, hostOfUrl } from '../host.ts';

export const nisPort = 3551;

const apcupsdSchema = z.strictObject({
  host: hostKey('Host name or IP address of the machine where apcupsd runs'),
  port: z.int().min(1).max(65_535).default(nisPort).describe('TCP port of its network information server (NISPORT)'),
  timeout: z.number().min(0.05).max(60).default(5).describe('Seconds to wait for the whole answer'),
});

/** Parsed options of one unit. */
export type ApcupsdOptions = z.output<typeof apcupsdSchema>;

function badTarget(what: string): DriverError {
  return new DriverError('bad-target', `${what}. Write for example apcupsd://10.0.0.5 or apcupsd://host:3551`, {
    retry: false,
  });
}

function fromUrl(url: URL): Record<string, unknown> {
  if (url.hostname === '') throw badTarget('The target names no host');
  if (url.username !== '' || url.password !== '') throw badTarget('apcupsd asks for no user and no password');
  if (url.pathname !== '' && url.pathname !== '/') throw badTarget(`The target has a path, "${url.pathname}"`);
  if (url.hash !== '') throw badTarget('The target has a "#"');
  const raw: Record<string, unknown> = { host: hostOfUrl(url) };
  if (url.port !== '') raw['port'] = Number(url.port);
  for (const [key, value] of url.searchParams) {
    if (key !== 'timeout') throw badTarget(`The target has no option "${key}"`);
    raw[key] = Number(value);
  }
  return raw;
}

/** What the config needs to know of this driver. */
export const apcupsdOptions: DriverOptions<ApcupsdOptions> = {
  schema: apcupsdSchema,
  secrets: [],
  schemes: ['apcupsd'],
  fromUrl,
  lineOf: (options) => `apcupsd:${options.host.toLowerCase()}:${options.port}`,
  searches: [{ by: 'server', port: nisPort }],
  cannotWrite: 'apcupsd lets nobody write over the network; set the date with `apctest` on the machine where it runs',
};
