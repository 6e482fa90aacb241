/** What keeps a unit from being read, over each of its ways, as the last polls saw it. */
import type { Live } from '../../commands.ts';
import type { Row } from './rows.ts';

const good = [undefined, 'ups', 'other-vendor'];

export function troubleOf(live: Pick<Live, 'pollStatus'>, { ways }: Pick<Row, 'ways'>): string | undefined {
  const verdicts = ways.map((way) => live.pollStatus(way)?.verdict);
  if (verdicts.some((verdict) => good.includes(verdict))) return undefined;
  return verdicts.includes('unreachable') ? 'Does not answer' : 'Cannot be read';
}

export const isSilent =
  (live: Pick<Live, 'pollStatus'>) =>
  (row: Pick<Row, 'ways'>): boolean =>
    troubleOf(live, row) !== undefined;
