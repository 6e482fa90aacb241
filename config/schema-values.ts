/** The kinds of values in the config file, as schemas: text that is read, with an example for messages. */
import { z } from 'zod';
import { Mistake, readAddress, readDate, readDuration, readLine, readMailbox, readMonths } from './values.ts';

/** Hints for editors and for messages. The first example is what a message shows. */
interface Hints {
  readonly examples: readonly [string, ...string[]];
  readonly pattern?: string;
  readonly format?: string;
}

/** Text that is read, or says why it cannot be. */
export function text<T>(read: (text: string) => T | Mistake, hints: Hints) {
  return z
    .string()
    .meta({ ...hints, examples: [...hints.examples] })
    .transform((input, context): Exclude<T, Mistake> => {
      const value = read(input);
      if (!(value instanceof Mistake)) return value as Exclude<T, Mistake>;
      context.addIssue({ code: 'custom', message: value.message });
      return z.NEVER;
    });
}

export const line = (max: number, example: string) => text((input) => readLine(input, max), { examples: [example] });
export const date = (example: string) =>
  text(readDate, { examples: [example], format: 'date', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
export const duration = (min: string, max: string, example: string) =>
  text((input) => readDuration(input, { min, max }), { examples: [example], pattern: '^[0-9]+ ?(ms|s|m|h|d)$' });
export const months = (example: string) => text(readMonths, { examples: [example], pattern: '^[0-9]+ ?(y|mo)$' });
export const address = (example: string) => text(readAddress, { examples: [example] });
export const mailbox = (example: string) => text(readMailbox, { examples: [example] });
