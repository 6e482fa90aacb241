import type { ComposedMail } from './content.ts';

/** Who writes to whom, and which mails it follows: what goes into the headers beside the words. */
export interface MailEnvelope {
  /** The key of the record that is sent; the Message-ID follows from it, so a resend carries the same one. */
  readonly key: string;
  /** `ups@example.com` or `Name <ups@example.com>`. */
  readonly from: string;
  /** Exactly one address. */
  readonly to: string;
  /** Where an answer goes: the customer's contact in notices, absent in the invitation. */
  readonly replyTo?: { readonly name?: string; readonly address: string };
  readonly date: Date;
  /** Message-IDs of earlier mails about the same events, most recent last. */
  readonly earlier?: readonly string[];
  /** Whom to write to for opting out; becomes `List-Unsubscribe` (RFC 2369). */
  readonly unsubscribe?: { readonly address: string; readonly subject: string };
}

/** Builds the message for nodemailer (RFC 5322 headers); throws DeliveryError `misconfigured` on an invalid address. */
export function buildMessage(mail: ComposedMail, envelope: MailEnvelope): MailMessage {
  throw new Error(`not built yet: ${mail.subject} ${envelope.key}`);
}

/** Options of nodemailer's composer, narrowed to what is used. */
export interface MailMessage {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
}

/** The Message-ID (RFC 5322 3.6.4) of the record with this key. */
export function messageId(key: string, fromAddress: string): string {
  throw new Error(`not built yet: ${key} ${fromAddress}`);
}
