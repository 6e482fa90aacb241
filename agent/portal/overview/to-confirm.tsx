/** The dates that hold a notice back, a few of them, to be settled on the spot. */
import { datesToConfirm } from '../../operations/dates.ts';
import type { PortalContext, PortalDesk } from '../desk.ts';
import { DateRow } from '../html/date-row.tsx';
import type { Row } from './rows.ts';

interface ToConfirmProps {
  readonly c: PortalContext;
  readonly desk: PortalDesk;
  readonly rows: readonly Row[];
  /** The address of this very page. */
  readonly back: string;
}

/** So many dates, of so many units, are looked at. */
const shown = 3;

export function ToConfirm({ c, desk, rows, back }: ToConfirmProps) {
  const { units, desk: office } = desk.office;
  const waiting = rows.filter(({ toConfirm }) => toConfirm);
  if (waiting.length === 0) return undefined;
  const configs = waiting.slice(0, shown).flatMap(({ name }) => units.configOf(name) ?? []);
  const dates = datesToConfirm(units, configs).filter(({ state, key }) => state === 'doubtful' || key === 'replaceBy');
  return (
    <section class="card" aria-labelledby="confirm-title">
      <div class="card-head">
        <h2 id="confirm-title">Dates to confirm</h2>
        <a href="/dates">All dates to confirm</a>
      </div>
      <ul class="plain">
        {dates.slice(0, shown).map((date, index) => (
          <DateRow c={c} date={date} back={back} language={office.site().language} id={`confirm-${index}`} />
        ))}
      </ul>
    </section>
  );
}
