/** What the outbox keeps: messages on their way, what became of them, and what waits for the endpoint. */
import type { Day, Instant, Notice, Recipient } from '../lifecycle/model.ts';
import type { CloudEventData, CloudEventType } from './cloud/events.ts';
import type { ComposedMail, CustomerMail, FarewellMail, InvitationMail, Language, TestMail } from './mail/content.ts';
import type { Revealed } from './reveals.ts';

/** A notice and its fate. It is created together with the message that carries it. */
export interface NoticeRecord extends Notice {
  readonly state: 'queued' | 'told' | 'failed';
  /** The message (mail) or item (endpoint) that carries it. */
  readonly message: string;
  readonly at: Instant;
}

export type MessageState = 'queued' | 'sending' | 'sent' | 'failed';

interface MessageBase {
  /** Says what it is; the Message-ID follows from it. */
  readonly id: string;
  readonly recipient: Recipient;
  readonly to: string;
  readonly language: Language;
  readonly state: MessageState;
  readonly createdAt: Instant;
  readonly nextAt: Instant;
  readonly failures: number;
  readonly firstTriedAt?: Instant;
  /**
   * The words as they were handed to the server. Kept from the claim until the outcome is known, so that a message the
   * server may already have taken is sent again letter by letter. Sealed: token and code are not among them.
   */
  readonly words?: ComposedMail;
  /** What these words reveal to the reseller; kept as long as they are, then in the history with them. */
  readonly reveals?: Revealed;
  readonly lastError?: string;
  readonly settledAt?: Instant;
  /** The mail server's own words when it took the message or refused it for good. */
  readonly reply?: string;
  /** Of the mail as it left. */
  readonly subject?: string;
  readonly messageId?: string;
  /** A mail server that had taken it, or one behind it, sent it back for good. */
  readonly bouncedAt?: Instant;
}

/** All that is due to one recipient on one day. */
export interface NoticesMessage extends MessageBase {
  readonly kind: 'notices';
  readonly day: Day;
  /** Keys of the notices it carries. */
  readonly notices: readonly string[];
  readonly reminder?: true;
}
/** An invitation without its code and token: `invitationWords` works them out when it is sent. */
export interface InvitationMessage extends MessageBase {
  readonly kind: 'invitation';
  readonly connection: string;
  readonly content: Omit<InvitationMail, 'code' | 'token' | 'ways'>;
}
export interface OtherMessage extends MessageBase {
  readonly kind: 'customer' | 'farewell' | 'test';
  readonly content: CustomerMail | FarewellMail | TestMail;
}
export type Message = NoticesMessage | InvitationMessage | OtherMessage;

/** One CloudEvent that waits for the endpoint; gone once the endpoint has taken it. */
export interface CloudItem<T extends CloudEventType = CloudEventType> {
  /** The CloudEvent's id. */
  readonly id: string;
  readonly type: T;
  readonly subject?: string;
  readonly time: Instant;
  readonly data: CloudEventData<T>;
  /** The notice it tells, where it is the endpoint that tells the reseller. */
  readonly notice?: string;
  /** The connection whose invitation it is. */
  readonly invitation?: string;
}

/** How the endpoint fares. */
export interface EndpointState {
  readonly url: string;
  readonly failures: number;
  readonly nextAt: Instant;
  readonly lastError?: string;
  /** It answered 410: nothing is posted until the config names another one. */
  readonly disabledAt?: Instant;
}
