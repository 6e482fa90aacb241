/** Facts with their dates, sources and doubts. */
import type { Language } from '../../delivery/mail/content.ts';
import { daysUntil } from '../../lifecycle/days.ts';
import type { Day, Fact, Instant } from '../../lifecycle/model.ts';
import type { PortalDesk } from '../desk.ts';
import { awayText, dayText, inStyle, momentText, sourceText } from './days.ts';

/** A day in the customer's style. */
export function DayOf({ day, language }: { day: Day; language: Language }) {
  return (
    <time class="nowrap" datetime={day} lang={language === 'en' ? undefined : language}>
      {dayText(day, language)}
    </time>
  );
}

/** An instant, as the clocks of the site show it. */
export function Moment({ at, desk }: { at: Instant; desk: PortalDesk }) {
  const { language, timeZone } = desk.office.desk.site();
  return (
    <time class="nowrap" datetime={at} lang={language === 'en' ? undefined : language}>
      {momentText(at, language, timeZone)}
    </time>
  );
}

/** A date that is known, how far it is away, who says so, and what is doubtful about it. */
export function DateFact({ fact, today, language }: { fact: Fact<Day> | undefined; today: Day; language: Language }) {
  if (fact === undefined) return <span class="soft">not known</span>;
  return (
    <>
      <DayOf day={fact.value} language={language} />
      <span class="soft">{` (${awayText(daysUntil(fact.value, today))})`}</span>
      <SourceOf fact={fact} language={language} />
    </>
  );
}

interface SourceProps {
  readonly fact: Pick<Fact, 'source' | 'confidence' | 'why'>;
  readonly language: Language;
}

/** Where a fact comes from when it is not the UPS, and why it is doubtful when it is. */
export function SourceOf({ fact, language }: SourceProps) {
  const source = sourceText(fact.source);
  const doubt = fact.confidence === 'doubtful' ? `doubtful: ${inStyle(fact.why ?? 'please check it', language)}` : '';
  if (source === '' && doubt === '') return undefined;
  return (
    <span class="source">
      {source === '' ? '' : `, ${source}`}
      {doubt === '' ? undefined : (
        <>
          {', '}
          <span class="doubt">{doubt}</span>
        </>
      )}
    </span>
  );
}
