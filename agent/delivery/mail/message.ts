/** From words to a message (RFC 5322). Pure: what a value could do to a header is undone here. */
import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { DeliveryError } from '../channel.ts';
import { type Letter, mailto } from '../ways.ts';
import { clean } from './clean.ts';
import type { ComposedMail } from './content.ts';

/** Who writes to whom, and which mails it follows: what goes into the headers beside the words. */
export interface MailEnvelope {
  /** The key of the record that is sent; the Message-ID follows from it, so a resend carries the same one. */
  readonly key: string;
  /** `ups@example.com` or `Name <ups@example.com>`. */
  readonly from: string;
  /** Exactly one address. */
  readonly to: string;
  /** Where an answer goes; where nowhere is named, to the sender. */
  readonly replyTo?: readonly { readonly name?: string; readonly address: string }[];
  readonly date: Date;
  /** Message-IDs of earlier mails about the same events, most recent last. */
  readonly earlier?: readonly string[];
  /** How to opt out without reading: `List-Unsubscribe` (RFC 2369), with a page also by one click (RFC 8058). */
  readonly unsubscribe?: { readonly letter: Letter; readonly page?: string };
}

export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** What nodemailer's composer gets. */
export interface MailMessage {
  readonly envelope: { readonly from: string; readonly to: string };
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly replyTo?: Mailbox[];
  readonly subject: string;
  readonly date: Date;
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references?: string[];
  readonly headers: { key: string; value: string | { prepared: true; foldLines: true; value: string } }[];
  readonly text: string;
  readonly html: string;
  /** Follows from the key, so a resend is the same message byte for byte. */
  readonly baseBoundary: string;
  readonly disableFileAccess: true;
  readonly disableUrlAccess: true;
}

/** RFC 5322 asks for no limit; twenty keep the header short and the thread together. */
const maxReferences = 20;

/**
 * Builds the message: RFC 5322 headers, RFC 3834 `Auto-Submitted`, RFC 2369 `List-Unsubscribe`, and where there is a page
 * RFC 8058 `List-Unsubscribe-Post`. Throws DeliveryError `misconfigured` on an address that is none.
 */
export function buildMessage(mail: ComposedMail, envelope: MailEnvelope): MailMessage {
  const from = parseMailbox(envelope.from, 'mail.from');
  const to = parseAddress(envelope.to, 'the recipient');
  const id = messageId(envelope.key, from.address);
  const references = (envelope.earlier ?? []).filter((earlier) => isMessageId(earlier) && earlier !== id);
  const last = references.at(-1);
  const headers: MailMessage['headers'] = [
    { key: 'Auto-Submitted', value: 'auto-generated' },
    { key: 'X-Auto-Response-Suppress', value: 'All' },
  ];
  headers.push(...unsubscribeHeaders(envelope.unsubscribe));
  return {
    envelope: { from: from.address, to },
    from,
    to: { name: '', address: to },
    ...(envelope.replyTo?.length ? { replyTo: envelope.replyTo.map(replyMailbox) } : {}),
    subject: headerText(mail.subject, 240),
    date: envelope.date,
    messageId: id,
    ...(last === undefined ? {} : { inReplyTo: last, references: references.slice(-maxReferences) }),
    headers,
    text: mail.text,
    html: mail.html,
    baseBoundary: digest(`boundary ${envelope.key}`),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** The Message-ID (RFC 5322 3.6.4) of the record with this key: the same record always has the same one. */
export function messageId(key: string, fromAddress: string): string {
  const { address } = parseMailbox(fromAddress, 'mail.from');
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1)) || 'localhost';
  return `<${digest(key)}@${domain}>`;
}

/** Reads `Name <address>` or a bare address; the name loses whatever could be more than a name. */
export function parseMailbox(text: string, what: string): Mailbox {
  const match = /^([^<>]*)<([^<>]+)>$/.exec(text.trim());
  if (match === null) return { name: '', address: parseAddress(text, what) };
  const name = headerText((match[1] ?? '').replaceAll('"', ''), 80);
  return { name, address: parseAddress(match[2] ?? '', what) };
}

const atom = String.raw`[^\s"(),:;<>@\[\]\\.\p{Control}\p{Default_Ignorable_Code_Point}\p{Surrogate}]+`;
const letter = String.raw`[\p{Letter}\p{Mark}\p{Number}]`;
const label = String.raw`${letter}(?:[\p{Letter}\p{Mark}\p{Number}-]*${letter})?`;
const addressForm = new RegExp(String.raw`^${atom}(?:\.${atom})*@${label}(?:\.${label})*$`, 'u');

/**
 * One address in the form nearly all have: a dot-atom at a domain (RFC 5321 4.1.2, with UTF-8 as RFC 6531 allows).
 * Quoted local parts and address literals are refused; with them a list or a second header could be smuggled in.
 */
export function parseAddress(text: string, what: string): string {
  const address = text.trim();
  if (address.length > 254 || !addressForm.test(address))
    throw new DeliveryError(
      'misconfigured',
      `${what}: "${clean(text, 80)}" is not one mail address; write it like ups@example.com.`,
      { retry: false },
    );
  return address;
}

/** Text for a header: one line, and nothing that a reader would decode (RFC 2047) into more than it says. */
function headerText(text: string, max: number): string {
  return clean(text, max).replaceAll('=?', '= ?');
}

function isMessageId(text: string): boolean {
  return text.length < 400 && /^<[!-;=?-~]+@[!-;=?-~]+>$/.test(text);
}

const replyMailbox = ({ name = '', address }: { name?: string; address: string }): Mailbox => ({
  name: headerText(name, 80),
  address: parseAddress(address, 'the address for answers'),
});

function unsubscribeHeaders(unsubscribe: MailEnvelope['unsubscribe']): MailMessage['headers'] {
  if (unsubscribe === undefined) return [];
  const { letter, page } = unsubscribe;
  const address = parseAddress(letter.address, 'the address for opting out');
  const ways = [...(page === undefined ? [] : [page]), mailto({ ...letter, address })];
  const value = ways.map((way) => `<${way}>`).join(', ');
  return [
    { key: 'List-Unsubscribe', value: { prepared: true, foldLines: true, value } },
    ...(page === undefined ? [] : [{ key: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' }]),
  ];
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 32);
}
