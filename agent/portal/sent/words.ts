/** What became of a mail, in words. */
import type { Step } from '../../lifecycle/model.ts';
import type { SentItem } from '../../operations/sent.ts';

export const stateWords: Readonly<Record<SentItem['state'], readonly [words: string, mood: string]>> = {
  queued: ['Waits', 'warn'],
  sending: ['On its way', 'warn'],
  sent: ['Accepted', 'good'],
  failed: ['Given up', 'bad'],
};

const kinds: Readonly<Record<SentItem['what'], string>> = {
  notices: 'Notices',
  reminder: 'Reminder',
  invitation: 'Invitation',
  farewell: 'Last mail to the reseller',
  customer: 'News for you',
  test: 'Test mail',
};

/** What it is: its subject where it has one. */
export const whatItIs = ({ subject, what }: Pick<SentItem, 'subject' | 'what'>): string => subject ?? kinds[what];

/** To whom it went, and over which way. */
export const whoGetsIt = ({ who, way }: Pick<SentItem, 'who' | 'way'>): string => {
  const name = who === 'customer' ? 'You' : 'Reseller';
  return way === 'endpoint' ? `${name}, through the endpoint` : name;
};

/** When an event is told. */
export const stepWords: Readonly<Record<Step, string>> = {
  '90': '90 days ahead',
  '30': '30 days ahead',
  '7': '7 days ahead',
  '0': 'on the day',
  now: 'at once',
  reminder: 'reminder',
  resolved: 'resolved',
};

export const sentPath = (id: string): string => `/sent/mail?id=${encodeURIComponent(id)}`;
