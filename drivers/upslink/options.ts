/**
 * The `upslink:` section of a UPS in the config, and one-off targets such as `upslink:/dev/ttyS0`.
 * The texts of `.describe()` become the JSON schema and the documentation.
 */
import { z } from 'zod';
import { DriverError, type DriverOptions } from '../contract.ts';

const cables = ['smart', '940-0095B'] as const;

const upslinkSchema = z.strictObject({
  device: z
    .string()
    .regex(/^\/[^\p{Cc}]+$/u, 'must be the absolute path of a serial port, such as /dev/serial/by-id/...')
    .describe('Serial port with the smart cable; best its name below /dev/serial/by-id, which does not change'),
  cable: z
    .enum(cables)
    .default('smart')
    .describe('`smart` (940-0024C and alike), or `940-0095B`, which needs the line DTR'),
  timeout: z.number().min(0.05).max(10).default(1.5).describe('Seconds to wait for one answer'),
});

/** Parsed options of one unit. */
export type UpslinkOptions = z.output<typeof upslinkSchema>;

function badTarget(what: string): DriverError {
  return new DriverError('bad-target', `${what}. Write for example upslink:/dev/ttyS0`, { retry: false });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badTarget('The path has a "%" that stands for nothing: write a percent sign as %25');
  }
}

function fromUrl(url: URL): Record<string, unknown> {
  if (url.host !== '') throw badTarget('The target names a host; a serial port is a path with one slash before it');
  if (url.hash !== '') throw badTarget('The target has a "#": write it as %23');
  const raw: Record<string, unknown> = { device: decoded(url.pathname) };
  for (const [key, value] of url.searchParams) {
    if (key !== 'cable' && key !== 'timeout') throw badTarget(`The target has no option "${key}"`);
    raw[key] = key === 'timeout' ? Number(value) : value;
  }
  return raw;
}

/** What the config needs to know of this driver. */
export const upslinkOptions: DriverOptions<UpslinkOptions> = {
  schema: upslinkSchema,
  secrets: [],
  schemes: ['upslink:/'],
  fromUrl,
  lineOf: (options) => options.device,
  searches: [{ by: 'serial', baud: 2400 }],
  cannotWrite: 'the driver upslink knows no command that changes anything; set the date with a program for that UPS',
};
