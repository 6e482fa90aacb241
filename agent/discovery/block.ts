/** A finding as it stands in the list `ups:` of the config file, with what a person should know of it. */
import type { Finding, Offer } from './finding.ts';

export interface Block {
  readonly keys: { readonly name: string; readonly [driver: string]: unknown };
  readonly comments: readonly string[];
}

/** @param how `written` for the file itself; `shown` for everybody, with hidden secrets */
export function blockOf(finding: Finding, how: 'written' | 'shown'): Block {
  const { name, ways, message } = finding;
  const [best, ...others] = ways;
  const also = others.map(({ driver, shown }) => `It can also be read so, with less: ${driver}: ${flow(shown)}`);
  return {
    keys: { name, [best.driver]: best[how] },
    comments: [
      `${whatItIs(finding)}.`,
      datesText(finding.offers),
      ...(message === undefined ? [] : [message]),
      ...(best.note === undefined ? [] : [best.note]),
      ...also,
    ],
  };
}

/** Model, serial number and firmware, as far as they are known. */
export function whatItIs({ model, serial, firmware }: Finding): string {
  const parts = [model ?? 'A UPS that does not name its model', serial && `serial ${serial}`, firmware];
  return parts.filter((part) => part !== undefined && part !== '').join(', ');
}

function datesText({ installed, replaceBy }: { readonly installed: Offer; readonly replaceBy: Offer }): string {
  if (installed === 'no' && replaceBy === 'no')
    return 'It does not say when its battery was installed: write `battery: { installed: YYYY-MM-DD }` below.';
  const doubt = installed === 'doubtful' ? ' That is doubtful in this way of reading: compare it.' : '';
  if (replaceBy === 'no') return `It says when its battery was installed; the replace-by date is estimated.${doubt}`;
  if (installed === 'no') return 'It says when its battery must be replaced, not when it was installed.';
  return `It says when its battery was installed, and when it must be replaced.${doubt}`;
}

/** A section in one line. */
function flow(section: unknown): string {
  if (typeof section !== 'object' || section === null) return word(section);
  const entries = Object.entries(section).map(([key, value]) => `${key}: ${word(value)}`);
  return `{ ${entries.join(', ')} }`;
}

function word(value: unknown): string {
  return typeof value === 'string' && !/^[\w./@-]+$/.test(value) ? JSON.stringify(value) : String(value);
}
