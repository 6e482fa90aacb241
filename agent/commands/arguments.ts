/** What a command was given, looked at before anything is done with it. */
import { OperationError } from '../operations/desk.ts';

export type Args = Readonly<Record<string, unknown>>;

/** A text that must be there. @throws OperationError `missing-argument` */
export function text(args: Args, key: string): string {
  const value = args[key];
  if (typeof value !== 'string' || value === '') throw new OperationError('missing-argument', `${key} is missing`);
  return value;
}

/** A text that may be absent. @throws OperationError `missing-argument` when it is there and no text */
export function optionalText(args: Args, key: string): string | undefined {
  return args[key] === undefined ? undefined : text(args, key);
}

/** One of the words that are known. @throws OperationError `missing-argument`, `bad-argument` */
export function word<T extends string>(args: Args, key: string, known: readonly T[]): T {
  const given = text(args, key);
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  throw new OperationError('bad-argument', `${key}: "${given}" is none of ${known.join(', ')}`);
}

/** Each of the words of a list, out of those that are known. @throws OperationError `bad-argument` */
export function words<T extends string>(args: Args, key: string, known: readonly T[]): T[] {
  const given = args[key] ?? [];
  if (!Array.isArray(given)) throw new OperationError('bad-argument', `${key} must be a list`);
  return given.map((each) => {
    const word = known.find((one) => one === each);
    if (word === undefined) {
      throw new OperationError('bad-argument', `${key}: "${String(each)}" is none of ${known.join(', ')}`);
    }
    return word;
  });
}
