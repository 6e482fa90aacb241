/** Exactly what the reseller sees: the invitation and the next notices, made by the code that makes the real ones. */
import { normaliseAddress } from '../lifecycle/connection.ts';
import { addDays } from '../lifecycle/days.ts';
import { memoryStore, snapshot } from '../store/memory-store.ts';
import { type Desk, type Site, today } from './desk.ts';
import { recordingOutbox, rehearse, type SeenMail } from './preview.ts';
import { connectionOf, invite } from './reseller.ts';

/** Stands for a reseller who is not named yet (RFC 2606). */
const anybody = 'reseller@example.com';

/**
 * The invitation, with words that open nothing: it is made for a connection that does not exist. Nothing without mail.
 */
export async function seenInvitation(real: Desk, from: string): Promise<SeenMail | undefined> {
  const site = withReseller(real.site());
  if (!site.mail) return undefined;
  const store = memoryStore();
  // Always the same words, so that each look shows the same mail.
  const randomBytes = (count: number): Uint8Array => new Uint8Array(count);
  const desk: Desk = { ...real, store, randomBytes, site: () => site, log: () => {} };
  await invite(desk);
  const mails: SeenMail[] = [];
  await recordingOutbox(desk, from, mails).deliver();
  return mails[0];
}

/** A site whose reseller has an address in any case: one may look before one names them. */
function withReseller(site: Site): Site & { readonly reseller: { readonly email: string } } {
  const { language, reseller } = site;
  return {
    ...site,
    reseller: { language, notInterested: false, ...reseller, email: reseller?.email ?? anybody },
  };
}

/** How far ahead is looked. */
const horizonDays = 400;

/**
 * The next mail with notices to the reseller, supposed that they have accepted. Nothing without mail, or when nothing is due
 * for over a year.
 * @param pause between two days: lets whatever else the process does have its turn
 */
export async function seenNotice(real: Desk, from: string, pause: () => Promise<void>): Promise<SeenMail | undefined> {
  const site = withReseller(real.site());
  if (!site.mail) return undefined;
  const { state, address } = connectionOf(real.store);
  const to = state === 'confirmed' ? address : normaliseAddress(site.reseller.email);
  const desk: Desk = { ...real, site: () => site };
  const rehearsal = await rehearse(desk, { copy: snapshot(real.store), from, accepted: true });
  const first = today(real);
  for (let n = 0; n <= horizonDays; n += 1) {
    await rehearsal.morning(addDays(first, n));
    const mail = rehearsal.mails.find((each) => each.to === to || normaliseAddress(each.to) === to);
    if (mail !== undefined) return mail;
    await pause();
  }
  return undefined;
}
