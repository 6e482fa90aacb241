/** Dates as a calendar (RFC 5545). The only place where ical-generator is touched. */
import ical, { ICalCalendarMethod, ICalEventTransparency } from 'ical-generator';
import { addDays } from '../../lifecycle/days.ts';
import type { Instant } from '../../lifecycle/model.ts';
import { present } from '../../lifecycle/present.ts';
import type { CalendarEntry } from '../../operations/calendar.ts';

const titles: Readonly<Record<CalendarEntry['key'], (entry: CalendarEntry) => string>> = {
  replaceBy: () => 'Replace battery',
  warrantyEnd: () => 'Warranty ends',
  plan: ({ plan }) => (plan === 'advanced' ? 'Advanced Plan ends' : 'Standard Plan ends'),
};

/**
 * A feed of all-day entries. The same dates give the same text all day long, so that a calendar program is told when
 * nothing has changed.
 */
export function calendarText(entries: readonly CalendarEntry[], company: string, now: Instant): string {
  const stamp = new Date(`${now.slice(0, 10)}T00:00:00Z`);
  const calendar = ical({
    // The library escapes what stands in an entry, but not the name of the calendar.
    name: `UPS renewals – ${oneLine(company)}`.replaceAll(/[\\;,]/g, (mark) => `\\${mark}`),
    prodId: { company: 'upsteward', product: 'upsteward', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
    ttl: 6 * 3600,
  });
  for (const entry of entries) {
    calendar.createEvent({
      id: entry.uid,
      stamp,
      allDay: true,
      // Read in UTC, as the library writes them.
      start: new Date(`${entry.day}T00:00:00Z`),
      end: new Date(`${addDays(entry.day, 1)}T00:00:00Z`),
      timezone: 'UTC',
      transparency: ICalEventTransparency.TRANSPARENT,
      summary: `${titles[entry.key](entry)}: ${oneLine(entry.ups)}${entry.source === 'estimate' ? ' (estimate)' : ''}`,
      ...present({
        description: descriptionOf(entry),
        location: entry.site === undefined ? undefined : oneLine(entry.site),
      }),
    });
  }
  // Each line ends with a line break (RFC 5545, 3.1), also the last one.
  return `${calendar.toString()}\r\n`;
}

function descriptionOf({ model, serial, cartridge, quantity, source }: CalendarEntry): string | undefined {
  const lines = [
    [model, serial].filter((text) => text !== undefined).join(', '),
    cartridge === undefined ? '' : `${quantity ?? 1} × ${cartridge}`,
    source === 'estimate' ? 'An estimate: confirm or correct the date on the page.' : '',
  ];
  const text = lines
    .map(oneLine)
    .filter((line) => line !== '')
    .join('\n');
  return text === '' ? undefined : text;
}

/** No control character of a name or a device may end a line of the file. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
