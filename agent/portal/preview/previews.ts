/** Who gets what on which day, and exactly what the reseller sees, for the pages and the API. */
import type { PreviewedMail, SeenMail } from '../../operations/preview.ts';
import { seenInvitation, seenNotice } from '../../operations/seen.ts';
import type { PortalDesk } from '../desk.ts';
import { latelyOf } from './lately.ts';

export interface Horizon {
  readonly days: number;
  /** Suppose that the reseller accepts today. */
  readonly accepted: boolean;
}

/** With more units than this, each day of them takes its time: one can look ahead no further than these days. */
const [manyUnits, fewDays] = [2500, 30];

/** How far one can look ahead on this site, in days; the command line has no such limit. */
export const furthest = ({ office }: PortalDesk): number =>
  office.desk.site().units.length > manyUnits ? fewDays : Number.POSITIVE_INFINITY;

/** The mails to come. */
export async function mailsToCome(desk: PortalDesk, { days, accepted }: Horizon): Promise<readonly PreviewedMail[]> {
  const make = async () => (await desk.run('preview', { days, accepted })) as readonly PreviewedMail[];
  return await latelyOf(desk).of(`preview ${days} ${accepted}`, make);
}

/** The invitation as the reseller gets it, with words that open nothing; and the next notice. */
export const seenMails = {
  invitation: async (desk: PortalDesk): Promise<SeenMail | undefined> =>
    await latelyOf(desk).of('invitation', () => seenInvitation(desk.office.desk, fromOf(desk))),
  notice: async (desk: PortalDesk): Promise<SeenMail | undefined> =>
    await latelyOf(desk).of('notice', () => seenNotice(desk.office.desk, fromOf(desk), breath)),
} as const;

const fromOf = ({ office }: PortalDesk): string => (office.sender === '' ? 'preview@localhost' : office.sender);

/** Polls and other requests have their turn in between. */
const breath = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));
