/** Older units, each on a serial line of its own that goes wrong. */
import { UpslinkDriver } from '../../../drivers/upslink/driver.ts';
import { upslinkOptions } from '../../../drivers/upslink/options.ts';
import type { OpenPort, PortListener } from '../../../drivers/upslink/port.ts';
import type { Random } from '../../simulator/bad-lines.ts';
import { SimulatedUpsLink } from '../../simulator/upslink.ts';
import type { Unit } from './watch.ts';

/** What becomes of an answer: texts, and when each arrives. */
export type TextFate = (answer: string) => readonly { readonly after: number; readonly text: string }[];

/** 2400 baud: ten bits a character. */
const characterMs = 10_000 / 2400;
export const healthyText: TextFate = (answer) => [{ after: 10 + answer.length * characterMs, text: answer }];

const alerts = ['!', '$', '%', '+', '?', '=', '*', '&', '|'];

/** Late up to half a minute, lost, twice, cut, with characters of their own or of others in it. */
export function badText(random: Random): TextFate {
  return (answer) => {
    const after = 10 + answer.length * characterMs + random(200);
    const cut = random(answer.length);
    switch (random(28)) {
      case 0:
        return [];
      case 1:
        return [{ after: 1200 + random(2500), text: answer }];
      case 2:
        return [{ after: random(30_000), text: answer }];
      case 3:
        return [
          { after, text: answer },
          { after: after + 100 + random(3000), text: answer },
        ];
      case 4:
        return [{ after, text: answer + answer }];
      case 5:
        return [{ after, text: answer.slice(0, cut) }];
      case 6:
        return [{ after, text: flipped(answer, cut, random) }];
      case 7:
        return [{ after, text: answer.slice(0, cut) + (alerts[random(alerts.length)] ?? '!') + answer.slice(cut) }];
      case 8:
        return [{ after, text: answer.slice(0, cut) + answer.slice(cut + 1) }];
      default:
        return [{ after, text: answer }];
    }
  };
}

/** One character with one to three bits turned, which no checksum notices. */
function flipped(answer: string, at: number, random: Random): string {
  const mask = (1 << random(7)) | (1 << random(7)) | (1 << random(7));
  const character = String.fromCharCode(answer.charCodeAt(at) ^ mask);
  return answer.slice(0, at) + character + answer.slice(at + 1);
}

export interface SerialUnit {
  readonly unit: Unit;
  fate: TextFate;
}

/** A unit on a port in memory. */
export function upslinkUnit(number: number): SerialUnit {
  let listener: PortListener | undefined;
  const device = new SimulatedUpsLink((answer) => {
    for (const { after, text } of at.fate(answer))
      setTimeout(() => listener?.heard(Buffer.from(text, 'latin1')), after);
  });
  const open: OpenPort = async (_device, _lines, heardBy) => {
    listener = heardBy;
    return {
      send: (text) => device.hear(text),
      isCurrent: async () => true,
      close: async () => {
        listener = undefined;
      },
    };
  };
  const options = upslinkOptions.schema.parse({ device: `/dev/ttyS${number}` });
  const context = { ups: `unit ${number}`, monotonic: () => performance.now(), log: () => {} };
  const says = (turn: number): Readonly<Record<string, string>> => ({
    '\x01': `SMART-UPS ${number}.${turn}`,
    n: `AS${String(number).padStart(2, '0')}${String(turn).padStart(8, '0')}`,
    b: `${number}.${turn}`,
    m: dateOf(number, turn, 90),
    x: dateOf(number, turn, 20),
    '>': String((turn * 7 + number) % 1000).padStart(3, '0'),
    '<': String((turn * 13 + number) % 1000).padStart(3, '0'),
  });
  const at: SerialUnit = {
    fate: healthyText,
    unit: {
      name: `UPS-Link unit ${number}`,
      line: `/dev/ttyS${number}`,
      driver: new UpslinkDriver(options, context, open),
      dress: (turn) => {
        for (const [question, answer] of Object.entries(says(turn))) device.answers.set(question, answer);
      },
      expected: (turn) => {
        const { '\x01': model = '', n = '', b = '', m = '', x = '' } = says(turn);
        return {
          'device.model': model,
          'device.serial': n,
          'ups.firmware': b,
          'ups.mfr.date': m,
          'battery.date': x,
          'battery.packs': says(turn)['>'] ?? '',
          'battery.packs.bad': says(turn)['<'] ?? '',
        };
      },
    },
  };
  return at;
}

/** Dates that no other turn has: months and days count the turns. */
function dateOf(number: number, turn: number, year: number): string {
  const month = 1 + (Math.floor(turn / 28) % 12);
  return `${String(month).padStart(2, '0')}/${String(1 + (turn % 28)).padStart(2, '0')}/${year + (number % 10)}`;
}
