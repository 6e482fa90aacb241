/** What a mail server says of a mail that it could not deliver (RFC 3464, and older forms in plain words). Pure. */
import { clean } from '../mail/clean.ts';
import { type MailHeaders, messageIds, parseHeaders } from './headers.ts';

/** The parts of a report, as text. */
export interface ReportParts {
  /** `message/delivery-status` (RFC 3464). */
  readonly status?: string;
  /** The headers of the mail that came back. */
  readonly original?: string;
  /** What is said to people. */
  readonly text?: string;
}

/** One address that was not reached. */
export interface FailedRecipient {
  readonly address: string;
  /** The address the mail was sent to at first, where that is said. */
  readonly original?: string;
  readonly permanent: boolean;
  /** The server's own words. */
  readonly reply: string;
}

export interface Bounce {
  readonly recipients: readonly FailedRecipient[];
  /** Of the mail that came back. */
  readonly messageIds: readonly string[];
}

/** Whether the headers say that this may be a report of a mail server. */
export function mayBeBounce(headers: MailHeaders, from: string | undefined): boolean {
  if (/^multipart\/report\b/i.test(headers.get('content-type') ?? '')) return true;
  if (headers.has('x-failed-recipients')) return true;
  const nullSender = headers.all('return-path').some((value) => /^<\s*>/.test(value));
  return nullSender && /^(mailer-daemon|postmaster|mail-daemon)@/i.test(from ?? '');
}

/** Reads a report; `undefined` where it tells of no failure. */
export function readBounce(subject: string, headers: MailHeaders, parts: ReportParts): Bounce | undefined {
  const recipients = parts.status === undefined ? inWords(subject, headers, parts.text ?? '') : inStatus(parts.status);
  if (recipients.length === 0) return undefined;
  const original = parts.original === undefined ? undefined : parseHeaders(parts.original).get('message-id');
  const quoted = /^message-id:\s*(<[^<>\s]{3,300}>)/im.exec(parts.text ?? '')?.[1];
  const answered = messageIds([...headers.all('in-reply-to'), ...headers.all('references')].join(' '));
  return { recipients, messageIds: [...messageIds(original ?? ''), ...(quoted ? [quoted] : []), ...answered] };
}

/** RFC 3464: a group of fields for the message, then one for each recipient. */
function inStatus(status: string): FailedRecipient[] {
  return status
    .slice(0, 100_000)
    .split(/\r?\n[ \t]*\r?\n/)
    .map(parseHeaders)
    .flatMap((fields) => {
      const address = addressOf(fields.get('final-recipient'));
      const original = addressOf(fields.get('original-recipient'));
      const action = fields.get('action')?.toLowerCase().split(/[\s(]/)[0];
      const code = fields.get('status') ?? '';
      if ((address ?? original) === undefined || !isFailure(action, code)) return [];
      const said = fields.get('diagnostic-code')?.replace(/^[a-z0-9-]+\s*;\s*/i, '');
      return [
        {
          address: address ?? original ?? '',
          ...(original === undefined ? {} : { original }),
          // `failed` is a server that has given up, whatever the cause; `delayed` is one that goes on trying.
          permanent: action === undefined ? code.startsWith('5') : action === 'failed',
          reply: clean(said || code, 300),
        },
      ];
    });
}

const isFailure = (action: string | undefined, code: string): boolean =>
  action === undefined ? /^[45]/.test(code) : action === 'failed' || action === 'delayed';

const addressOf = (value: string | undefined): string | undefined => {
  const address = value
    ?.replace(/^[a-z0-9-]+\s*;\s*/i, '')
    .replace(/^<|>$/g, '')
    .trim();
  return address === undefined || !address.includes('@') ? undefined : clean(address, 254);
};

/** Servers that only write to people: exim's header names the addresses, qmail writes `<address>:` and why. */
function inWords(subject: string, headers: MailHeaders, text: string): FailedRecipient[] {
  const head = text.slice(0, 20_000);
  const named = (headers.get('x-failed-recipients') ?? '').split(',').map((address) => address.trim());
  const qmail = [...head.matchAll(/^<([^<>\s]{3,254})>:/gm)].map(([, address = '']) => address);
  const addresses = [...named, ...qmail].filter((address) => address.includes('@'));
  const reply =
    /^.*\b[45]\d\d[ -][^\r\n]*/m.exec(head)?.[0] ?? /^.*\(#[45]\.\d{1,3}\.\d{1,3}\).*$/m.exec(head)?.[0] ?? '';
  const waits = /\b(warning|delayed|still being tried|will be retried|not yet been delivered)\b/i.test(
    `${subject}\n${head.slice(0, 2000)}`,
  );
  return [...new Set(addresses)].map((address) => ({
    address: clean(address, 254),
    permanent: !waits,
    reply: clean(reply, 300),
  }));
}
