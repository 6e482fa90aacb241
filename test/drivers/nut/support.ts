/** What the tests of the NUT driver share: drivers on a simulated upsd, with a clock that the test moves. */
import type { Driver } from '../../../drivers/contract.ts';
import { nutOptions } from '../../../drivers/nut/options.ts';
import { loadDriver } from '../../../drivers/registry.ts';
import { type SimulatedUpsd, startUpsd, type UpsdOptions } from '../../../scripts/simulator/nut.ts';

/** Short, because tests that wait for silence wait for real. */
export const impatient = 0.3;

export interface Bench extends AsyncDisposable {
  readonly upsd: SimulatedUpsd;
  /** Moves the drivers' clock. */
  pass(ms: number): void;
  /** A driver for a UPS of that upsd. */
  driver(options?: Record<string, unknown>): Promise<Driver>;
}

export async function bench(options: UpsdOptions = {}): Promise<Bench> {
  const upsd = await startUpsd(options);
  const drivers: Driver[] = [];
  let skipped = 0;
  return {
    upsd,
    pass: (ms) => {
      skipped += ms;
    },
    driver: async (more = {}) => {
      const driver = await driverFor(upsd.port, more, () => performance.now() + skipped);
      drivers.push(driver);
      return driver;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(drivers.map((each) => each.close()));
      await upsd[Symbol.asyncDispose]();
    },
  };
}

export async function driverFor(
  port: number,
  options: Record<string, unknown>,
  monotonic: () => number = () => performance.now(),
): Promise<Driver> {
  const parsed = nutOptions.schema.parse({ host: '127.0.0.1', port, timeout: impatient, ...options });
  return (await loadDriver('nut')).create(parsed, { ups: 'ups1', monotonic, log: () => {} });
}

/** What an upsd lists, and behind it what was said about that. */
export async function listed(port: number, more: Record<string, unknown> = {}): Promise<readonly string[]> {
  const options = nutOptions.schema.parse({ host: '127.0.0.1', port, ups: '*', timeout: impatient, ...more });
  const log: string[] = [];
  const context = {
    ups: 'Rack',
    monotonic: () => performance.now(),
    log: (_level: string, message: string) => void log.push(message),
  };
  const known = await (await loadDriver('nut')).list?.(options, context);
  return [...(known ?? []), ...log];
}
