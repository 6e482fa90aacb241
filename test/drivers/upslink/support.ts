/** A driver on a simulated unit, joined by a line in memory. */
import { UpslinkDriver } from '../../../drivers/upslink/driver.ts';
import { upslinkOptions } from '../../../drivers/upslink/options.ts';
import type { OpenPort, PortListener } from '../../../drivers/upslink/port.ts';
import { SimulatedUpsLink } from '../../../scripts/simulator/upslink.ts';

export interface Bench extends AsyncDisposable {
  readonly ups: SimulatedUpsLink;
  readonly driver: UpslinkDriver;
  /** How often the port was opened, and with which lines. */
  readonly opened: { readonly dtr: boolean }[];
  closed(): number;
  /** The cable is pulled: the port goes away. */
  pull(): void;
  /** What happens when the port is opened. */
  refuse: Error | undefined;
}

export function bench(answers?: Readonly<Record<string, string>>, options: Record<string, unknown> = {}): Bench {
  const opened: { dtr: boolean }[] = [];
  let listener: PortListener | undefined;
  let isOpen = false;
  let closes = 0;
  const ups = new SimulatedUpsLink(
    (text) => queueMicrotask(() => listener?.heard(Buffer.from(text, 'latin1'))),
    answers,
  );
  const open: OpenPort = async (_device, lines, heardBy) => {
    if (at.refuse !== undefined) throw at.refuse;
    opened.push(lines);
    listener = heardBy;
    isOpen = true;
    return {
      send: (text) => ups.hear(text),
      isCurrent: async () => isOpen,
      close: async () => {
        isOpen = false;
        listener = undefined;
        closes += 1;
      },
    };
  };
  const parsed = upslinkOptions.schema.parse({ device: '/dev/ttyTEST', timeout: 0.05, ...options });
  const driver = new UpslinkDriver(parsed, { ups: 'ups1', monotonic: () => 0, log: () => {} }, open, 0.02);
  const at: Bench = {
    ups,
    driver,
    opened,
    closed: () => closes,
    pull: () => {
      isOpen = false;
      const gone = listener;
      listener = undefined;
      gone?.gone('/dev/ttyTEST went away');
    },
    refuse: undefined,
    [Symbol.asyncDispose]: () => driver.close(),
  };
  return at;
}
