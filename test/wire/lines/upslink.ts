/** The way over UPS-Link. */
import { join } from 'node:path';
import { SimulatedUpsLink, smartUps as smartUpsLink } from '../../../scripts/simulator/upslink.ts';
import type { Fault, Watched } from '../line.ts';
import { upslinkOperations } from '../operations.ts';
import { Cable } from '../serial-port.ts';

export const upslinkLine: Watched = {
  name: 'UPS-Link',
  reading: [...'YnbVm>x<XQ'].map((each) => `upslink ${each}`).concat('upslink 0x1'),
  open: async (folder) => {
    const cable = await Cable.plug(join(folder, 'ttyLink'));
    const device = new SimulatedUpsLink((text) => cable.say(Buffer.from(text, 'latin1')));
    cable.hear = (bytes) => device.hear(bytes.toString('latin1'));
    const instead = (name: string, by: (question: string) => string): Fault => ({
      name,
      begin: () => {
        device.misbehave = (question, say) => {
          say(by(question));
          return 'handled';
        };
      },
      end: () => {
        device.misbehave = undefined;
      },
    });
    return {
      section: { device: cable.path, timeout: 0.1 },
      target: `upslink:${cable.path}?timeout=0.1`,
      place: { by: 'serial', device: cable.path },
      isNetwork: false,
      // With a wrong cable, DTR and RTS switch the load off.
      operations: () => [
        ...cable.written.flatMap(upslinkOperations),
        ...cable.lines.filter(({ dtr, rts, brk }) => dtr || rts || brk).map(() => 'upslink ? a line was raised'),
      ],
      alarm: () => device.answers.set('Q', '88'),
      faults: [
        instead('silence', () => ''),
        instead('noise', () => '\r\n\xff\r\n'),
        {
          name: 'a unit that knows few questions',
          begin: () => device.answers.clear(),
          end: () => {
            for (const [question, answer] of Object.entries(smartUpsLink)) device.answers.set(question, answer);
          },
        },
        { name: 'a pulled cable', begin: () => cable.pull(), end: () => cable.plugAgain() },
      ],
      [Symbol.asyncDispose]: () => cable.pull(),
    };
  },
};
