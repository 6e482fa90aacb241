/** What the tests of the SNMP driver share: a driver on a simulated card, with a clock that the test moves. */
import type { Driver, Reading } from '../../../drivers/contract.ts';
import { loadDriver } from '../../../drivers/registry.ts';
import { snmpOptions } from '../../../drivers/snmp/options.ts';
import {
  type RunningUnit,
  type SimulatedUnit,
  type Simulator,
  startSimulator,
} from '../../../scripts/simulator/simulator.ts';

/** Short, because tests that wait for silence wait for real. */
export const impatient = { timeout: 0.4, retries: 0 } as const;

export interface Bench extends AsyncDisposable {
  readonly unit: RunningUnit;
  readonly simulator: Simulator;
  readonly driver: Driver;
  readonly log: string[];
  read(): Promise<Reading>;
  /** Moves the driver's clock. */
  pass(ms: number): void;
  /** Another driver on the same card. */
  another(options: Record<string, unknown>): Promise<Driver>;
}

export const hours = (count: number): number => count * 3_600_000;

/** One simulated card and a driver that reads it. */
export async function bench(
  unit: Omit<SimulatedUnit, 'name'>,
  options: Record<string, unknown> = { version: '2c' },
): Promise<Bench> {
  const simulator = await startSimulator({ units: [{ name: 'ups1', ...unit }] });
  const running = simulator.unit('ups1');
  const log: string[] = [];
  const drivers: Driver[] = [];
  let skipped = 0;
  const another = async (more: Record<string, unknown>): Promise<Driver> => {
    const parsed = snmpOptions.schema.parse({ host: '127.0.0.1', port: running.port, ...impatient, ...more });
    const driver = (await loadDriver('snmp')).create(parsed, {
      ups: 'ups1',
      monotonic: () => performance.now() + skipped,
      log: (level, message, details) => log.push(`${level} ${message} ${JSON.stringify(details ?? {})}`),
    });
    drivers.push(driver);
    return driver;
  };
  const driver = await another(options);
  return {
    unit: running,
    simulator,
    driver,
    log,
    read: () => driver.read(),
    pass: (ms) => {
      skipped += ms;
    },
    another,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(drivers.map((each) => each.close()));
      await simulator.close();
    },
  };
}
