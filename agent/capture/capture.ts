/** Records a UPS into a folder that the tests can play (test/captures/README.md), with its owner masked. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answered, type DriverContext, DriverError, type Reading } from '../../drivers/contract.ts';
import { loadDriver } from '../../drivers/registry.ts';
import type { Day } from '../lifecycle/model.ts';
import { pollOutput } from '../poll.ts';
import { version } from '../version.ts';
import { Masker, type Random } from './mask.ts';

export interface CaptureInput {
  /** For messages. */
  readonly ups: string;
  readonly driver: string;
  readonly options: unknown;
  readonly today: Day;
  readonly monotonic: () => number;
  readonly random: Random;
  readonly log: DriverContext['log'];
}

export interface Captured {
  readonly verdict: Reading['verdict'];
  readonly model: string | undefined;
  /** What to write, by the name of the file. */
  readonly files: ReadonlyMap<string, string>;
  /** Texts that stand in it as the UPS said them, for whoever looks it over. */
  readonly kept: readonly string[];
  /** How many texts were replaced. */
  readonly replaced: number;
}

const review =
  'Written from what the driver read. Check that it is right, correct it where it is not, and remove this line.';

/**
 * Reads a UPS, asks for whatever else it has, and writes nothing yet.
 * @throws DriverError when it does not answer, or its driver cannot be captured
 */
export async function capture(input: CaptureInput): Promise<Captured> {
  const { ups, driver: name, options, today, monotonic, log } = input;
  const module = await loadDriver(name);
  const form = await module.capture?.();
  if (form === undefined) throw new DriverError('bad-target', `The driver "${name}" cannot capture`, { retry: false });
  const answers: Answered[] = [];
  const driver = module.create(options, { ups, monotonic, log, record: (answer) => answers.push(answer) });
  let seen: Reading;
  try {
    seen = await driver.read();
    await driver.explore?.();
  } finally {
    await driver.close();
  }
  const masker = new Masker(input.random);
  // What is masked in one place must be masked in those before it too.
  form.write(answers, masker, options);
  const { lines, options: played, behaviour } = form.write(answers, masker, options);
  const reading = maskReading(seen, masker);
  const { facts } = await pollOutput({ name: 'captured', driver: name, today, read: async () => reading });
  const model = reading.fields['device.model']?.value;
  const device = {
    source: `captured by upsteward ${version}; serial numbers, names, places and addresses are replaced`,
    what: [model ?? reading.verdict, reading.fields['ups.firmware']?.value, `read by ${name}`]
      .filter(Boolean)
      .join(', '),
    driver: name,
    ...(played && { options: played }),
    ...(behaviour && { behaviour }),
  };
  return {
    verdict: reading.verdict,
    model,
    files: new Map([
      [form.file, `${lines.join('\n')}\n`],
      ['device.json', asJson(device)],
      ['expected.json', asJson({ review, today, reading, facts })],
    ]),
    kept: masker.kept,
    replaced: masker.replaced,
  };
}

/** Writes the files into a folder that is made for them. @throws Error with `code` when it is not empty */
export async function writeCapture(folder: string, { files }: Captured): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    const message = `${folder} is not empty; name a new folder with --out`;
    throw Object.assign(new Error(message), { code: 'not-empty' });
  }
  for (const [name, text] of files) await writeFile(join(folder, name), text, { flag: 'wx' });
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** The reading that the masked answers will give. The note may name what was masked: it is left out. */
function maskReading({ verdict, fields, signals }: Reading, masker: Masker): Reading {
  return {
    verdict,
    fields: Object.fromEntries(
      Object.entries(fields).map(([key, field]) => [key, masked(field, masker, key === 'device.serial')]),
    ),
    signals: masked(signals, masker, false) as Reading['signals'],
  };
}

function masked(value: unknown, masker: Masker, isSerial: boolean): unknown {
  if (typeof value === 'string') return isSerial ? masker.serial(value) : masker.again(value);
  if (Array.isArray(value)) return value.map((each) => masked(each, masker, isSerial));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      // Why the driver doubts something is its own words.
      if (key === 'doubt') return [key, each];
      return [key, masked(each, masker, key === 'serial' || (isSerial && key !== 'doubt'))];
    }),
  );
}
