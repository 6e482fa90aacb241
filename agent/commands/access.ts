/** What opens the API and the calendar feed. */
import type { Office } from '../office.ts';
import {
  calendarSince,
  closeCalendar,
  createToken,
  renewCalendar,
  revokeToken,
  type TokenView,
  tokenViews,
} from '../operations/secrets.ts';
import { type Args, text } from './arguments.ts';

/** By name; see docs/commands.md. */
export const accessCommands = {
  'token create': async (office: Office, args: Args): Promise<TokenView & { readonly token: string }> =>
    await createToken(office.desk, text(args, 'name'), args['readOnly'] === true),
  'token list': async (office: Office): Promise<TokenView[]> => tokenViews(office.desk),
  'token revoke': async (office: Office, args: Args): Promise<TokenView[]> => {
    await revokeToken(office.desk, text(args, 'name'));
    return tokenViews(office.desk);
  },
  'calendar status': async (office: Office): Promise<CalendarView> => viewOf(office),
  'calendar renew': async (office: Office): Promise<CalendarView> => {
    const { token } = await renewCalendar(office.desk);
    return { ...viewOf(office), path: calendarPath(token) };
  },
  'calendar close': async (office: Office): Promise<CalendarView> => {
    await closeCalendar(office.desk);
    return viewOf(office);
  },
};

export interface CalendarView {
  readonly open: boolean;
  /** When the feed got its address. */
  readonly since?: string;
  /** Where the feed is on the page; known only when it is made. */
  readonly path?: string;
}

/** Where the feed of a token is on the page. */
export const calendarPath = (token: string): string => `/calendar/${token}.ics`;

function viewOf(office: Office): CalendarView {
  const since = calendarSince(office.desk);
  return since === undefined ? { open: false } : { open: true, since };
}
