/** A simulated unit at the end of a real cable. */
import { Cable } from '../../../scripts/simulator/cable.ts';
import { SimulatedUpsLink } from '../../../scripts/simulator/upslink.ts';

export interface PeerLine extends AsyncDisposable {
  /** What the program under test opens as its serial port. */
  readonly device: string;
  readonly ups: SimulatedUpsLink;
  /** Takes the terminals away, as when a cable is pulled. */
  pull(): Promise<void>;
  /** Puts them back under the same names. */
  plug(): Promise<void>;
}

export async function ptyPair(folder: string): Promise<PeerLine> {
  const ups = new SimulatedUpsLink((text) => cable.say(Buffer.from(text, 'latin1')));
  const cable = new Cable(folder, '', (bytes) => ups.hear(bytes.toString('latin1')));
  await cable.plug();
  return {
    device: cable.device,
    ups,
    plug: () => cable.plug(),
    pull: () => cable.pull(),
    [Symbol.asyncDispose]: () => cable.pull(),
  };
}
