/**
 * The consent record: who was invited, who accepted how and when, and what was disclosed to whom. Read from the history
 * alone, which is only ever appended to.
 */
import { type Revealed, revealedWords } from '../delivery/reveals.ts';
import type { ConnectionState } from '../lifecycle/connection.ts';
import type { Instant, Recipient } from '../lifecycle/model.ts';
import type { HistoryEntry } from '../store/port.ts';
import type { Desk } from './desk.ts';
import { type ConnectionView, connectionView } from './overview.ts';
import { type Delimiter, writeTable } from './table.ts';

/** One move of the connection. */
export interface ConsentStep {
  readonly at: Instant;
  /** Names the invitation that it belongs to. */
  readonly connection: string;
  readonly address: string;
  readonly state: ConnectionState;
  readonly previous: ConnectionState;
  /** How the answer came: by code, mail, link or through the endpoint. */
  readonly by?: string;
  /** Who sent the answer, where the way tells. */
  readonly from?: string;
  /** How they gave it, in the words of the endpoint. */
  readonly how?: string;
  /** When it was given, where that was not at once known here. */
  readonly givenAt?: string;
  /** The words of a server, where it was one that ended it. */
  readonly reply?: string;
}

/** One thing that was told to the reseller. */
export interface Disclosure {
  readonly at: Instant;
  readonly connection: string;
  readonly to: string;
  readonly way: 'mail' | 'endpoint';
  readonly what: 'invitation' | 'notices' | 'farewell';
  readonly reveals: Revealed;
  readonly subject?: string;
  /** The mail word by word, but for the words that carry an answer. */
  readonly text?: string;
  readonly messageId?: string;
  /** The far side's words when it took it. */
  readonly reply: string;
}

export interface ConsentRecord {
  readonly company: string;
  readonly madeAt: Instant;
  readonly connection: ConnectionView;
  /** Oldest first. */
  readonly steps: readonly ConsentStep[];
  readonly disclosures: readonly Disclosure[];
}

const kinds = ['connection.', 'mail.sent', 'notice.passed-on', 'invitation.passed-on'];
const reseller = 'reseller:' satisfies Recipient;

/** Everything that was asked of, answered by and disclosed to resellers, as far as the history goes back. */
export async function consentRecord(desk: Desk): Promise<ConsentRecord> {
  const history = await desk.store.history({ kind: kinds });
  return {
    company: desk.site().company,
    madeAt: desk.now(),
    connection: connectionView(desk),
    steps: history.flatMap((entry) => step(entry) ?? []).filter(isMove),
    disclosures: history.flatMap((entry) => disclosure(entry) ?? []),
  };
}

/** The record as a table: one row a step, one row a disclosure, oldest first. */
export function consentTable({ steps, disclosures }: ConsentRecord, delimiter: Delimiter): string {
  const rows = [
    ...steps.map(({ at, connection, address, state, by, from, how, givenAt, reply }) => [
      at,
      connection,
      address,
      state === 'pending' ? 'invited' : state,
      [by, from, how, givenAt].filter((word) => word !== undefined).join(': '),
      '',
      '',
      '',
      reply ?? '',
    ]),
    ...disclosures.map(({ at, connection, to, what, way, reveals, subject, messageId, reply }) => [
      at,
      connection,
      to,
      `told: ${what}`,
      way,
      revealedWords(reveals),
      subject ?? '',
      messageId ?? '',
      reply,
    ]),
  ].sort(([a = ''], [b = '']) => Date.parse(a) - Date.parse(b));
  const head = ['at', 'connection', 'address', 'what', 'by', 'disclosed', 'subject', 'message_id', 'reply'];
  return writeTable([head, ...rows], delimiter);
}

function step({ at, kind, data }: HistoryEntry): ConsentStep | undefined {
  if (!kind.startsWith('connection.') || typeof data['previous'] !== 'string') return undefined;
  return {
    at,
    connection: words(data, 'connection'),
    address: words(data, 'address'),
    state: kind.slice('connection.'.length) as ConnectionState,
    previous: data['previous'] as ConnectionState,
    ...(isAnswer(kind)
      ? { ...optional(data, 'by'), ...optional(data, 'from'), ...optional(data, 'how'), ...optional(data, 'givenAt') }
      : {}),
    ...optional(data, 'reply'),
  };
}

/** Only an answer came in some way; what ends a connection later did not come in that way. */
const isAnswer = (kind: string): boolean => /\.(confirmed|declined|opted-out)$/.test(kind);

/** That the server took the invitation is told among the disclosures. */
function isMove({ connection, state }: ConsentStep, index: number, all: readonly ConsentStep[]): boolean {
  const before = all[index - 1];
  return before === undefined || before.connection !== connection || before.state !== state;
}

const nothing: Revealed = { site: [], units: [] };

function disclosure({ at, kind, data }: HistoryEntry): Disclosure | undefined {
  const common = { at, to: words(data, 'to'), reply: words(data, 'reply') };
  const reveals = (data['reveals'] as Revealed | undefined) ?? nothing;
  const recipient = words(data, 'recipient');
  const connection = recipient.slice(reseller.length);
  switch (kind) {
    case 'invitation.passed-on':
      return { ...common, connection: words(data, 'connection'), way: 'endpoint', what: 'invitation', reveals };
    case 'notice.passed-on':
      return { ...common, connection, way: 'endpoint', what: 'notices', reveals, subject: words(data, 'title') };
    case 'mail.sent': {
      if (!recipient.startsWith(reseller)) return undefined;
      const invitation = data['kind'] === 'invitation';
      const farewell = data['kind'] === 'farewell';
      return {
        ...common,
        connection,
        way: 'mail',
        what: invitation ? 'invitation' : farewell ? 'farewell' : 'notices',
        reveals: invitation || farewell ? { site: ['company'], units: [] } : reveals,
        ...optional(data, 'subject'),
        ...optional(data, 'text'),
        ...optional(data, 'messageId'),
      };
    }
    default:
      return undefined;
  }
}

const words = (data: HistoryEntry['data'], key: string): string => (typeof data[key] === 'string' ? data[key] : '');

function optional<K extends string>(data: HistoryEntry['data'], key: K): { readonly [P in K]?: string } {
  const value = data[key];
  return (typeof value === 'string' ? { [key]: value } : {}) as { [P in K]?: string };
}
