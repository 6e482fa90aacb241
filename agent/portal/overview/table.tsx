/** The list of units. */
import type { Language } from '../../delivery/mail/content.ts';
import { daysUntil } from '../../lifecycle/days.ts';
import type { Day, Fact } from '../../lifecycle/model.ts';
import { Columns } from '../html/columns.tsx';
import { awayText, sourceText } from '../html/days.ts';
import { DayOf } from '../html/facts.tsx';
import { upsPath } from '../html/paths.ts';
import type { Row, RowEvent } from './rows.ts';

export interface ListedRow extends Row {
  /** It did not answer the last time, in words. */
  readonly trouble?: string;
}

interface TableProps {
  readonly rows: readonly ListedRow[];
  readonly today: Day;
  readonly language: Language;
}

export function UnitTable({ rows, today, language }: TableProps) {
  return (
    <table class="stacking">
      <caption class="unseen">UPS units, the most urgent first</caption>
      <Columns titles={['UPS', 'Now', 'Replace battery by', 'Warranty ends', 'Plan ends']} />
      <tbody>
        {rows.map((row) => (
          <tr>
            <th scope="row">
              <a class="name" href={upsPath(row.name)}>
                {row.name}
              </a>
              <span class="under">
                {[row.site, row.model, row.serial].filter((text) => text !== undefined).join(' · ')}
              </span>
            </th>
            <td>
              <State row={row} />
            </td>
            <DateCell label="Replace battery by" fact={row.dates.battery} today={today} language={language} />
            <DateCell label="Warranty ends" fact={row.dates.warranty} today={today} language={language} />
            <DateCell label="Plan ends" fact={row.dates.plan} today={today} language={language} note={row.plan} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function State({ row }: { row: ListedRow }) {
  const { events, trouble, dates } = row;
  const doubtful = Object.values(dates).some(({ confidence }) => confidence === 'doubtful');
  const isCalm = events.length === 0 && trouble === undefined && !doubtful;
  return (
    <span class="chips">
      {events.map((event) => (
        <span class={`chip ${isReached(event) ? 'bad' : 'warn'}`}>{eventWords(event)}</span>
      ))}
      {doubtful ? <span class="chip">Date to confirm</span> : undefined}
      {trouble === undefined ? undefined : <span class="chip">{trouble}</span>}
      {isCalm ? <span class="soft">{row.state === 'unread' ? 'Not read yet' : 'Nothing due'}</span> : undefined}
    </span>
  );
}

const isReached = ({ daysLeft }: RowEvent): boolean => daysLeft === undefined || daysLeft <= 0;

const eventWords = ({ title, daysLeft }: RowEvent): string =>
  daysLeft === undefined ? title : `${title}, ${awayText(daysLeft)}`;

interface CellProps {
  readonly label: string;
  readonly fact: Fact<Day> | undefined;
  readonly today: Day;
  readonly language: Language;
  readonly note?: string | undefined;
}

function DateCell({ label, fact, today, language, note }: CellProps) {
  if (fact === undefined) {
    return (
      <td class="none">
        <span class="soft" aria-hidden="true">
          –
        </span>
        <span class="unseen">not known</span>
      </td>
    );
  }
  const { value, source, confidence } = fact;
  const words = [note, awayText(daysUntil(value, today)), sourceText(source)].filter(Boolean).join(', ');
  return (
    <td data-label={label}>
      <DayOf day={value} language={language} />
      <span class="under">
        {words}
        {confidence === 'doubtful' ? <span class="doubt">, doubtful</span> : undefined}
      </span>
    </td>
  );
}
