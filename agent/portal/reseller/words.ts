/** The states of the connection as the page words them, what each means, and what can be done in it. */
import type { ConnectionState } from '../../lifecycle/connection.ts';
import type { ConnectionView } from '../../operations/overview.ts';

export type ShownState = ConnectionState | 'not-interested';

/** That no reseller is wanted shows while there is none. */
export function shownState({ state, notInterested }: Pick<ConnectionView, 'state' | 'notInterested'>): ShownState {
  return notInterested && state !== 'pending' && state !== 'confirmed' ? 'not-interested' : state;
}

interface StateWords {
  readonly name: string;
  readonly mood: 'good' | 'warn' | 'bad' | '';
  readonly means: string;
}

export const stateWords: Readonly<Record<ShownState, StateWords>> = {
  none: {
    name: 'No reseller',
    mood: '',
    means: 'Nobody is invited. Enter the address of your reseller to invite them.',
  },
  'not-interested': {
    name: 'Not interested',
    mood: '',
    means: 'You do not want a reseller to be told, and are not asked any more when a UPS is added.',
  },
  pending: {
    name: 'Invite Pending',
    mood: 'warn',
    means: 'The invitation is out. Until your reseller accepts, nothing else is sent. It lapses 7 days after it left.',
  },
  confirmed: {
    name: 'Confirmed',
    mood: 'good',
    means: 'Your reseller has accepted, and is told when a battery, a warranty or a service plan needs attention.',
  },
  declined: {
    name: 'Declined',
    mood: 'bad',
    means: 'Your reseller does not want to be told. Nothing more is sent unless you invite again and they accept.',
  },
  expired: {
    name: 'Expired',
    mood: 'bad',
    means: 'Your reseller did not answer within 7 days. The code of the invitation is no longer valid.',
  },
  'opted-out': {
    name: 'Opted Out',
    mood: 'bad',
    means: 'Your reseller had accepted, and no longer wants to be told. What still waited for them was deleted.',
  },
  cancelled: {
    name: 'Cancelled',
    mood: '',
    means: 'You withdrew the invitation before it was answered. Its code is no longer valid.',
  },
  disconnected: {
    name: 'Disconnected',
    mood: '',
    means: 'You ended the connection. Your reseller gets nothing any more; to go on, they must accept again.',
  },
  undeliverable: {
    name: 'Undeliverable',
    mood: 'bad',
    means: 'The invitation could not be delivered. Check the address and your mail server, then invite again.',
  },
};

/** In the order in which they are explained. */
export const explained: readonly ShownState[] = [
  'pending',
  'confirmed',
  'declined',
  'expired',
  'opted-out',
  'cancelled',
  'disconnected',
  'undeliverable',
  'not-interested',
];

/** How an answer came in. */
export const wayWords: Readonly<Record<string, string>> = {
  code: 'by the code, typed in here',
  mail: 'by a reply to the mail',
  link: 'by the link',
  cloud: 'through your endpoint',
};

/** From these a new invitation is the way on. */
export const isEnded = (state: ConnectionState): boolean => !['none', 'pending', 'confirmed'].includes(state);
