/** What came out: mails as they were read, held against what the dates call for. */
import type { SunkMail } from '../../../test/support/mail-sink.ts';
import { dateOf, dayNumber } from './days.ts';
import type { Line } from './model.ts';

/** A mail with the day on which it came first. */
export interface Arrived {
  readonly day: number;
  readonly mail: SunkMail;
}

export interface ReadLine {
  readonly unit: string;
  readonly title: string;
  readonly resolved: boolean;
  readonly date?: number;
}

export const messageIdOf = (mail: SunkMail): string => mail.parsed.messageId ?? '';

/** Mails without their repetitions, and what is wrong with repetitions. */
export function unique(arrived: readonly Arrived[]): { first: Arrived[]; repeated: number; problems: string[] } {
  const byId = new Map<string, Arrived>();
  const problems: string[] = [];
  let repeated = 0;
  for (const each of arrived) {
    const id = messageIdOf(each.mail);
    const known = byId.get(id);
    if (known === undefined) byId.set(id, each);
    else {
      repeated += 1;
      if (wordsOf(known.mail) !== wordsOf(each.mail)) problems.push(`${id} came twice with different words`);
    }
    if (id === '') problems.push('a mail has no Message-ID');
  }
  return { first: [...byId.values()], repeated, problems };
}

/** All that a reader sees; the date of sending may differ. */
function wordsOf({ to, parsed }: SunkMail): string {
  return JSON.stringify([to, parsed.subject, parsed.text, parsed.html]);
}

/** A mail that carries notices, not one about the connection. */
export function isNotices({ parsed }: SunkMail): boolean {
  return /^(?:\* |Resolved: )/m.test(parsed.text ?? '');
}

/** Reads the lines of a mail in English: headings of units, events below them, then their serial numbers. */
export function linesOf({ parsed }: SunkMail, names: ReadonlyMap<string, string>): ReadLine[] {
  const text = parsed.text ?? '';
  const blocks = text.split(/\n(?=[^\n]+\n-{2,}\n)/).slice(1);
  return blocks.flatMap((block) => {
    const heading = block.split('\n')[0] ?? '';
    const serial = /^ {2}Serial number: +(\S+)$/m.exec(block)?.[1];
    const named = /\bups-\d{3}\b/.exec(heading)?.[0];
    const unit = (serial === undefined ? undefined : names.get(serial)) ?? named ?? heading;
    return [...block.matchAll(/^\* (Resolved: )?(.+)\n {2}(.+)/gm)].map(([, resolved, title = '', when = '']) => {
      const date = /^(\d{1,2} [A-Z][a-z]+ \d{4}):/.exec(when)?.[1];
      return {
        unit,
        title: title.replace(/ on \d{1,2} [A-Z][a-z]+ \d{4}$/, ''),
        resolved: resolved !== undefined,
        ...(date === undefined ? {} : { date: dayNumber(new Date(`${date} UTC`).toISOString().slice(0, 10)) }),
      };
    });
  });
}

const shown = (line: ReadLine): string =>
  `${line.unit} ${line.resolved ? 'Resolved: ' : ''}${line.title}${line.date === undefined ? '' : ` ${dateOf(line.date)}`}`;

/** What one recipient got on which day, against what was called for. */
export function compare(
  who: string,
  got: readonly Arrived[],
  wanted: ReadonlyMap<number, readonly Line[]>,
  names: ReadonlyMap<string, string>,
): string[] {
  const byDay = new Map<number, Arrived[]>();
  for (const each of got) byDay.set(each.day, [...(byDay.get(each.day) ?? []), each]);
  const days = [...new Set([...byDay.keys(), ...wanted.keys()])].sort((a, b) => a - b);
  return days.flatMap((day) => {
    const mails = byDay.get(day) ?? [];
    const has = mails.flatMap(({ mail }) => linesOf(mail, names).map(shown)).sort();
    const needs = (wanted.get(day) ?? [])
      .map(({ step, ...line }) => shown({ ...line, resolved: step === 'resolved' }))
      .sort();
    const place = `${who}, day ${day} (${dateOf(day)})`;
    return [
      ...(mails.length > 1 ? [`${place}: ${mails.length} mails on one day`] : []),
      ...difference(needs, has).map((line) => `${place}: not told: ${line}`),
      ...difference(has, needs).map((line) => `${place}: told and not called for: ${line}`),
    ];
  });
}

/** What is in one list more often than in the other. */
export function difference(all: readonly string[], without: readonly string[]): string[] {
  const left = [...without];
  return all.filter((line) => {
    const index = left.indexOf(line);
    if (index < 0) return true;
    left.splice(index, 1);
    return false;
  });
}
