/** The calendar feed: behind the secret in its address alone, for calendar programs that know no login. */
import { calendarEntries } from '../../operations/calendar.ts';
import { opensCalendar } from '../../operations/secrets.ts';
import { calendarText } from '../calendar/ical.ts';
import type { RouteModule } from '../desk.ts';
import { etagOf, isSame } from '../html/etag.ts';

export const calendar: RouteModule = {
  access: 'token',
  register(app, { office }) {
    app.get('/calendar/:file{[0-9a-z]+\\.ics}', (c) => {
      const token = c.req.param('file').replace(/\.ics$/, '');
      if (!opensCalendar(office.desk, token)) {
        if (c.get('wrongToken')())
          return c.text('There is no calendar at this address; it may have got another one.\n', 404);
        c.header('Retry-After', '120');
        return c.text('Too many wrong addresses. Try again later.\n', 429);
      }
      const site = office.desk.site();
      const text = calendarText(calendarEntries(office.desk, office.units), site.company, office.desk.now());
      const etag = etagOf(text);
      if (isSame(c.req.header('if-none-match'), etag)) return c.body(null, 304, { ETag: etag });
      return c.body(text, 200, {
        'Content-Type': 'text/calendar; charset=utf-8',
        'Cache-Control': 'private, no-cache',
        ETag: etag,
      });
    });
  },
};
