/** What the parts of a unit's page share. */
import type { Child } from 'hono/jsx';
import type { Language } from '../../delivery/mail/content.ts';
import type { Day, Fact } from '../../lifecycle/model.ts';
import type { EventView, UnitView } from '../../operations/overview.ts';
import type { PortalContext, PortalDesk } from '../desk.ts';
import { dayText, sourceText } from '../html/days.ts';

export interface PartProps {
  readonly c: PortalContext;
  readonly desk: PortalDesk;
  readonly view: UnitView;
  /** Open and resolved events of this unit. */
  readonly events: readonly EventView[];
  readonly today: Day;
  readonly language: Language;
  /** The address of this very page. */
  readonly back: string;
}

/** Something that is opened when it is wanted. */
export function Details({ summary, id, children }: { summary: string; id: string; children: Child }) {
  return (
    <details id={id}>
      <summary>{summary}</summary>
      {children}
    </details>
  );
}

interface DateFieldProps {
  readonly id: string;
  readonly label: string;
  readonly fact: Fact<Day> | undefined;
  readonly max?: Day;
  readonly language: Language;
}

/** A date to be typed, filled with what is known, and beside it, unseen, what was shown. */
export function DateField({ id, label, fact, max, language }: DateFieldProps) {
  const known = fact?.value ?? '';
  const source = fact === undefined ? '' : sourceText(fact.source) || 'from the UPS';
  return (
    <div class="field">
      <label for={id}>{source === '' ? label : `${label} (${source})`}</label>
      <input id={id} type="date" name={id} value={known} max={max} />
      <input type="hidden" name={`was-${id}`} value={known} />
      {fact?.confidence === 'doubtful' || fact?.source === 'estimate' ? (
        <button type="submit" class="quiet small" name="confirm" value={id}>
          {`Confirm ${dayText(known, language)}`}
        </button>
      ) : undefined}
    </div>
  );
}
