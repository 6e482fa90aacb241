/** Each state of the connection: how it is reached, what the page says of it, and what can be done there. */
import { confirmed, invited, type Story } from './faq-support.ts';

export interface StateCase {
  readonly state: string;
  readonly json: string;
  readonly means: string;
  readonly buttons: readonly string[];
  /** Subjects of what the customer is told beside notices. */
  readonly customer?: readonly (string | RegExp)[];
  readonly reached: (story: Story) => Promise<unknown>;
}

export const states: readonly StateCase[] = [
  { state: 'No reseller', json: 'none', means: 'Nobody is invited.', buttons: [], reached: async () => {} },
  {
    state: 'Not interested',
    json: 'none',
    means: 'not asked any more when a UPS is added',
    buttons: [],
    reached: async (s) => await s.press('settings', { email: '', language: '', notInterested: 'yes' }),
  },
  {
    state: 'Invite Pending',
    json: 'pending',
    means: 'Until your reseller accepts, nothing else is sent. It lapses 7 days after it left.',
    buttons: ['Accept with this code', 'Decline with this code', 'Cancel the invitation'],
    reached: invited,
  },
  {
    state: 'Confirmed',
    json: 'confirmed',
    means: 'Your reseller has accepted',
    buttons: ['Disconnect', 'Opt out with this code'],
    customer: [/accepted/],
    reached: confirmed,
  },
  {
    state: 'Declined',
    json: 'declined',
    means: 'does not want to be told',
    buttons: ['Re-invite'],
    customer: [/declined/],
    reached: async (s) => {
      await s.invite();
      await s.answers('decline');
    },
  },
  {
    state: 'Expired',
    json: 'expired',
    means: 'did not answer within 7 days',
    buttons: ['Re-invite'],
    customer: [/did not answer/],
    reached: async (s) => {
      await s.invite();
      await s.daysPass(8);
    },
  },
  {
    state: 'Opted Out',
    json: 'opted-out',
    means: 'no longer wants to be told',
    buttons: ['Re-invite'],
    customer: [/accepted/, /no longer|opted out/],
    reached: async (s) => {
      await confirmed(s);
      await s.answers('opt-out');
    },
  },
  {
    state: 'Cancelled',
    json: 'cancelled',
    means: 'You withdrew the invitation',
    buttons: ['Re-invite'],
    reached: async (s) => {
      await s.invite();
      await s.press('cancel');
    },
  },
  {
    state: 'Disconnected',
    json: 'disconnected',
    means: 'they must accept again',
    buttons: ['Re-invite'],
    customer: [/accepted/],
    reached: async (s) => {
      await confirmed(s);
      await s.press('disconnect');
    },
  },
];
