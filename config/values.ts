/** Reads single values of the config file. Each reader returns the value, or a Mistake that says what to write instead. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { suggestion } from './suggest.ts';
import type { ListenAddress, MailAddress } from './types.ts';

/** What is wrong with a value, and what to write instead: `<what>; <what to write>`. */
export class Mistake {
  readonly message: string;

  constructor(what: string, instead: string) {
    this.message = `${what}; ${instead}`;
  }
}

/** Shortens and quotes what the operator wrote, without the credentials a URL may hold, and without signing secrets. */
export function quote(text: string): string {
  const safe = text.replace(/\/\/.*@/s, '//…@').replaceAll(/whsec_\S*/g, 'whsec_…');
  return JSON.stringify(safe.length > 60 ? `${safe.slice(0, 57)}…` : safe);
}

/** One printable line of at most `max` characters. */
export function readLine(text: string, max: number): string | Mistake {
  const line = text.trim();
  if (line === '') return new Mistake('is empty', 'write a text');
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\uFFFD\u202a-\u202e\u2066-\u2069]/u.test(line)) {
    return new Mistake(
      'holds a line break or a character that cannot be printed',
      'write one line of plain text in UTF-8',
    );
  }
  const length = [...line].length;
  if (length > max) return new Mistake(`is ${length} characters long`, `write at most ${max}`);
  return line;
}

const duration = /^(\d{1,6})\s?(ms|s|m|h|d)$/;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `5m` or `1h` in milliseconds, between two limits that are written the same way. */
export function readDuration(text: string, limits: { min: string; max: string }): number | Mistake {
  const ms = durationMs(text.trim());
  const instead = `write a number and s, m or h, from ${limits.min} to ${limits.max}, for example 5m`;
  if (ms === undefined) return new Mistake(`${quote(text)} is not a duration`, instead);
  if (ms < (durationMs(limits.min) ?? 0)) return new Mistake(`${quote(text)} is too short`, instead);
  if (ms > (durationMs(limits.max) ?? 0)) return new Mistake(`${quote(text)} is too long`, instead);
  return ms;
}

function durationMs(text: string): number | undefined {
  const [, count, unit] = duration.exec(text) ?? [];
  const factor = unitMs[unit ?? ''];
  return count === undefined || factor === undefined ? undefined : Number(count) * factor;
}

/** Writes milliseconds the way the config file does. */
export function formatDuration(ms: number): string {
  for (const unit of ['h', 'm', 's']) {
    const factor = unitMs[unit] ?? 1;
    if (ms > 0 && ms % factor === 0) return `${ms / factor}${unit}`;
  }
  return `${ms}ms`;
}

/** `4y` or `54mo` in months, at most 30 years. */
export function readMonths(text: string): number | Mistake {
  const [, count, unit] = /^(\d{1,3})\s?(y|mo)$/.exec(text.trim()) ?? [];
  const instead = 'write years or months, for example 4y or 54mo';
  if (count === undefined) return new Mistake(`${quote(text)} is not a number of years or months`, instead);
  const months = Number(count) * (unit === 'y' ? 12 : 1);
  if (months < 1 || months > 360) return new Mistake(`${quote(text)} is not between 1mo and 30y`, instead);
  return months;
}

/** Writes months the way the config file does. */
export function formatMonths(months: number): string {
  return months % 12 === 0 ? `${months / 12}y` : `${months}mo`;
}

/** A calendar date that exists, as `YYYY-MM-DD`. */
export function readDate(text: string): string | Mistake {
  const iso = text.trim();
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso) ?? [];
  if (year === undefined) {
    return new Mistake(
      `${quote(text)} is not a date`,
      'write year-month-day with four, two and two digits, for example 2024-05-31',
    );
  }
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.toISOString().slice(0, 10) !== iso) {
    return new Mistake(`${quote(text)} does not exist in the calendar`, 'write year-month-day, for example 2024-05-31');
  }
  if (Number(year) < 1990 || Number(year) > 2099) {
    return new Mistake(
      `${quote(text)} is not in the years 1990 to 2099`,
      'write year-month-day, for example 2024-05-31',
    );
  }
  return iso;
}

/** `HH:MM` on a 24-hour clock. */
export function readTimeOfDay(text: string): string | Mistake {
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) return text;
  return new Mistake(
    `${quote(text)} is not a time of day`,
    'write hours and minutes from "00:00" to "23:59", for example "08:00"',
  );
}

/** An IANA time zone, in the spelling of the time zone database. */
export function readTimeZone(text: string): string | Mistake {
  if (/^[A-Za-z]/.test(text)) {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    } catch {
      // Falls through to the mistake.
    }
  }
  const near = suggestion(text, Intl.supportedValuesOf('timeZone'));
  const instead =
    near === undefined ? 'write a name of the IANA database, for example Europe/Berlin' : `did you mean \`${near}\`?`;
  return new Mistake(`${quote(text)} is not a time zone`, instead);
}

/** Exactly one mail address, without a name. */
export function readAddress(text: string): string | Mistake {
  const address = text.trim();
  if (address === '') return new Mistake('is empty', 'write a mail address, for example name@example.com');
  const several = /[,;]/.test(address) || (address.match(/@/g)?.length ?? 0) > 1 || /@\S+\s+\S+/.test(address);
  if (several) return new Mistake('holds more than one address', 'write exactly one, for example name@example.com');
  if (/[<>]/.test(address)) {
    return new Mistake(
      `${quote(text)} is not an address alone`,
      'write it without a name and without <>, for example name@example.com',
    );
  }
  const [, local, domain] = /^([^\s@\p{Cc}"()\\[\]:]{1,64})@([^\s@\p{Cc}"()\\[\]:]{1,253})$/u.exec(address) ?? [];
  if (local === undefined || domain === undefined || !isHostName(domain) || /^\.|\.\.|\.$/.test(local)) {
    return new Mistake(`${quote(text)} is not a mail address`, 'write one such as name@example.com');
  }
  return address;
}

/** One mail address, alone or as `Name <address>`. */
export function readMailbox(text: string): MailAddress | Mistake {
  const [, quoted, plain, inner] = /^\s*(?:"([^"<>]*)"|([^"<>]*))\s*<([^<>]*)>\s*$/.exec(text) ?? [];
  if (inner === undefined) {
    const address = readAddress(text);
    return address instanceof Mistake ? address : { address };
  }
  const address = readAddress(inner);
  if (address instanceof Mistake) return address;
  const name = (quoted ?? plain ?? '').trim();
  if (name === '') return { address };
  const line = readLine(name, 200);
  return line instanceof Mistake ? line : { address, name: line };
}

/** Writes an address the way the config file does. */
export function formatMailbox({ address, name }: MailAddress): string {
  return name === undefined ? address : `${/^[\p{L}\p{N} ]*$/u.test(name) ? name : `"${name}"`} <${address}>`;
}

function isHostName(text: string): boolean {
  return text.split('.').every((label) => /^[\p{L}\p{N}_]([\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?$/u.test(label));
}

/** Whether a host, as a URL gives it, is this machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/** Where mail is handed over. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly implicitTls: boolean;
}

/** `smtp://host[:port]` or `smtps://host[:port]`; the default port is 587, 465 for smtps, 25 on this machine. */
export function readMailUrl(text: string): MailServer | Mistake {
  const instead = 'write smtp://HOST, smtp://HOST:PORT or smtps://HOST:PORT';
  const url = readUrl(text);
  if (url === undefined) return new Mistake(`${quote(text)} is not the URL of a mail server`, instead);
  const implicitTls = url.protocol === 'smtps:';
  if (!implicitTls && url.protocol !== 'smtp:')
    return new Mistake(`${quote(text)} does not begin with smtp:// or smtps://`, instead);
  if (url.username !== '' || url.password !== '') {
    return new Mistake(
      'holds credentials',
      'write them in `user` and `passwordFile` (or `password`), and only the host and port here',
    );
  }
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    return new Mistake(`${quote(text)} has something behind the host and port`, instead);
  }
  const host = hostOf(url);
  if (host === '') return new Mistake(`${quote(text)} names no valid host`, instead);
  const usual = implicitTls ? 465 : isLoopback(host) ? 25 : 587;
  return { host, port: url.port === '' ? usual : Number(url.port), implicitTls };
}

/** The mailbox for answers. */
export interface MailboxServer extends MailServer {
  readonly folder: string;
  readonly user?: string;
}

/** `imaps://[user@]host[:port][/folder]` or `imap://…`; the default port is 993, 143 for imap, the folder INBOX. */
export function readMailboxUrl(text: string): MailboxServer | Mistake {
  const instead = 'write imaps://HOST, imaps://HOST/FOLDER or imap://HOST';
  const url = readUrl(text);
  if (url === undefined) return new Mistake(`${quote(text)} is not the URL of a mailbox`, instead);
  const implicitTls = url.protocol === 'imaps:';
  if (!implicitTls && url.protocol !== 'imap:')
    return new Mistake(`${quote(text)} does not begin with imaps:// or imap://`, instead);
  if (url.password !== '')
    return new Mistake('holds a password', 'write it in `passwordFile` (or `password`), and no password here');
  if (url.search !== '' || url.hash !== '')
    return new Mistake(`${quote(text)} has something behind the folder`, instead);
  const host = hostOf(url);
  const [user, folder] = [decoded(url.username), decoded(url.pathname.replace(/^\//, ''))];
  if (host === '' || user === undefined || folder === undefined)
    return new Mistake(`${quote(text)} names no valid host, user or folder`, instead);
  const port = url.port === '' ? (implicitTls ? 993 : 143) : Number(url.port);
  return { host, port, implicitTls, folder: folder || 'INBOX', ...(user === '' ? {} : { user }) };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The endpoint for events. */
export function readEndpoint(text: string): string | Mistake {
  const example = 'https://hooks.example.com/upsteward';
  return readSecureUrl(text, example, 'remove them: requests are signed with `secret`');
}

/** Where access tokens are asked for. */
export function readTokenUrl(text: string): string | Mistake {
  const example = 'https://login.example.com/oauth2/token';
  return readSecureUrl(text, example, 'write them in `clientId` and `clientSecretFile`');
}

/** An `https://` URL; `http://` only for this machine. */
function readSecureUrl(text: string, example: string, insteadOfCredentials: string): string | Mistake {
  const instead = `write an https:// URL, for example ${example}`;
  const url = readUrl(text);
  if (url === undefined) return new Mistake(`${quote(text)} is not a URL`, instead);
  if (url.username !== '' || url.password !== '') return new Mistake('holds credentials', insteadOfCredentials);
  if (url.protocol === 'https:' && url.hash === '') return url.href;
  if (url.protocol === 'http:' && isLoopback(url.hostname) && url.hash === '') return url.href;
  if (url.protocol === 'http:')
    return new Mistake(`${quote(text)} is not encrypted`, `${instead} (http:// is for this machine only)`);
  return new Mistake(`${quote(text)} is not such a URL`, instead);
}

/** `127.0.0.1:8080`, `[::1]:8080`, or `*:8080` for every address of this machine. Port 0 takes a free one. */
export function readListen(text: string): ListenAddress | Mistake {
  const instead = 'write an IP address and a port, for example 127.0.0.1:8080, or *:8080 for all addresses';
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^[\]:]+)):(\d{1,5})$/.exec(text.trim()) ?? [];
  const named = bracketed ?? plain;
  if (named === undefined) return new Mistake(`${quote(text)} is not an address with a port`, instead);
  const host = named === '*' ? '::' : named.toLowerCase() === 'localhost' ? '127.0.0.1' : named;
  if (isIP(host) === 0) return new Mistake(`${quote(named)} is not an IP address`, instead);
  if (Number(digits) > 65_535) return new Mistake(`${digits} is not a port`, 'write a port from 1 to 65535');
  return { host, port: Number(digits) };
}

/** Writes an address and port the way the config file does. */
export function formatListen({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** An IP address, or a network such as `10.0.0.0/24`. */
export function readNetwork(text: string): string | Mistake {
  const [address = '', prefix, ...more] = text.trim().split('/');
  const family = isIP(address);
  const longest = family === 6 ? 128 : 32;
  const good = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
  if (family !== 0 && good && more.length === 0) return text.trim();
  return new Mistake(`${quote(text)} is not an address`, 'write an IP address or a network, for example 10.0.0.0/24');
}

/** The name of an HTTP header. */
export function readHeaderName(text: string): string | Mistake {
  if (/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(text)) return text;
  return new Mistake(`${quote(text)} is not the name of a header`, 'write one such as X-Remote-User');
}

/** A host name in lower case, without a port. */
export function readHostName(text: string): string | Mistake {
  const host = text.trim().toLowerCase();
  if (isHostName(host) && host.length <= 253) return domainToASCII(host);
  return new Mistake(`${quote(text)} is not a host name`, 'write one without a port, for example ups.example.lan');
}

/** The `https://` address under which others reach this agent, without a path. */
export function readPublicUrl(text: string): string | Mistake {
  const instead = 'write https:// and a host name, for example https://ups.example.com';
  const url = readUrl(text);
  if (url === undefined || url.protocol !== 'https:') return new Mistake(`${quote(text)} is no https:// URL`, instead);
  if (url.username !== '' || url.password !== '') return new Mistake('holds credentials', instead);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return new Mistake(`${quote(text)} has something behind the host and port`, instead);
  }
  return url.origin;
}

/** Without the brackets of an IPv6 address, and in ASCII; empty if it is no host. */
function hostOf({ hostname }: URL): string {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  try {
    return domainToASCII(decodeURIComponent(hostname));
  } catch {
    return '';
  }
}

function readUrl(text: string): URL | undefined {
  if (!/^[a-z]+:\/\/[^/]/i.test(text) || /[\s\p{Cc}]/u.test(text)) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** A signing secret of the Standard Webhooks specification. The message never repeats it. */
export function readSigningSecret(text: string): string | Mistake {
  const instead =
    'write `whsec_` and 24 to 64 random bytes in base64, for example what `echo "whsec_$(openssl rand -base64 32)"` prints';
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  if (base64 === undefined) return new Mistake('is not a signing secret', instead);
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64').replaceAll('=', '') !== base64.replaceAll('=', ''))
    return new Mistake('is not whole base64', instead);
  if (bytes.length < 24 || bytes.length > 64) return new Mistake(`holds ${bytes.length} bytes`, instead);
  return text;
}
