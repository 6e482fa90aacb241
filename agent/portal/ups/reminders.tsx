/** Open events with their reminder, or why there is none. */
import type { EventView } from '../../operations/overview.ts';
import { awayText, inStyle } from '../html/days.ts';
import { DayOf } from '../html/facts.tsx';
import { Form } from '../html/form.tsx';
import type { PartProps } from './parts.tsx';

export function Reminders({ c, view, events, language }: PartProps) {
  const open = events.filter(({ state }) => state !== 'resolved');
  if (open.length === 0) return undefined;
  return (
    <ul class="plain reminders">
      {open.map((event) => (
        <li>
          <div class="row">
            <span class={`chip ${moodOf(event)}`}>
              {event.event.startsWith('battery') ? event.title : plainTitle(event)}
            </span>
            {event.date === undefined ? (
              <span class="soft">the UPS reports it</span>
            ) : (
              <span class="soft">
                <DayOf day={event.date} language={language} />
                {`, ${awayText(event.daysLeft ?? 0)}`}
              </span>
            )}
          </div>
          <Reminder c={c} ups={view.ups} event={event} language={language} />
        </li>
      ))}
    </ul>
  );
}

/** The title without its date, which stands beside it in the customer's style. */
export const plainTitle = ({ title, date }: EventView): string => title.replace(` on ${date ?? ''}`, '');

function moodOf({ state, daysLeft }: EventView): string {
  if (state === 'listed') return '';
  return daysLeft === undefined || daysLeft <= 0 ? 'bad' : 'warn';
}

interface ReminderProps extends Pick<PartProps, 'c' | 'language'> {
  readonly ups: string;
  readonly event: EventView;
}

function Reminder({ c, ups, event, language }: ReminderProps) {
  if (!event.reminder.allowed) {
    return <p class="small soft">{`No reminder can be sent: ${inStyle(event.reminder.why ?? '', language)}.`}</p>;
  }
  return (
    <Form c={c} action="/ups/remind" class="row">
      <input type="hidden" name="name" value={ups} />
      <input type="hidden" name="event" value={event.event} />
      <button type="submit" class="quiet small">
        Send reminder
        <span class="unseen">{` of ${plainTitle(event)}`}</span>
      </button>
      <span class="small soft">to your reseller, at once</span>
    </Form>
  );
}
