/** All events of a unit, with what was told of each. */
import type { EventView } from '../../operations/overview.ts';
import { Columns } from '../html/columns.tsx';
import { DayOf } from '../html/facts.tsx';
import { stepWords } from '../sent/words.ts';
import type { PartProps } from './parts.tsx';
import { plainTitle } from './reminders.tsx';

const endings: Readonly<Record<string, string>> = {
  swap: 'the battery was replaced',
  'date-moved': 'the date is further away',
  cleared: 'the UPS no longer reports it',
  superseded: 'another event took its place',
  removed: 'the UPS is no longer watched',
};

export function EventTable({ events, language }: Pick<PartProps, 'events' | 'language'>) {
  return (
    <section class="card" id="events" aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      {events.length === 0 ? (
        <p class="empty">There was none so far.</p>
      ) : (
        <table class="stacking">
          <Columns titles={['Event', 'Date', 'State', 'Told']} />
          <tbody>
            {events.map((event) => (
              <tr>
                <th scope="row">{plainTitle(event)}</th>
                <td data-label="Date">
                  {event.date === undefined ? (
                    <span class="soft">reported by the UPS</span>
                  ) : (
                    <DayOf day={event.date} language={language} />
                  )}
                </td>
                <td data-label="State">
                  <StateOf event={event} language={language} />
                </td>
                <td data-label="Told">
                  <Told event={event} language={language} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function StateOf({ event, language }: { event: EventView } & Pick<PartProps, 'language'>) {
  if (event.state === 'resolved') {
    return (
      <>
        {'Resolved '}
        {event.closedOn === undefined ? '' : <DayOf day={event.closedOn} language={language} />}
        <span class="under">{endings[event.closed ?? ''] ?? ''}</span>
      </>
    );
  }
  return (
    <>
      {event.state === 'listed' ? 'Listed, too old to be told' : 'Open'}
      <span class="under">
        {'since '}
        <DayOf day={event.openedOn} language={language} />
      </span>
    </>
  );
}

function Told({ event, language }: { event: EventView } & Pick<PartProps, 'language'>) {
  if (event.told.length === 0) return <span class="soft">nobody yet</span>;
  return (
    <ul class="tight">
      {event.told.map(({ to, step, state, on }) => (
        <li>
          {`${to === 'customer' ? 'You' : 'Reseller'}, ${stepWords[step]} (`}
          <DayOf day={on} language={language} />
          {state === 'told' ? ')' : `, ${state})`}
        </li>
      ))}
    </ul>
  );
}
