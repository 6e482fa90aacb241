/** The ways back that a mail to the reseller offers, as configured: a page, a mailbox that the agent reads, a person. */
import { clean } from './mail/clean.ts';

/** What is configured for answers. The short code, typed by the customer, works besides in any case. */
export interface WaysBack {
  /** The mailbox that the agent reads. */
  readonly mailbox?: {
    readonly address: string;
    /** Mail to `name+anything@…` arrives there as well, so that an address can carry the token. */
    readonly plusAddressing: boolean;
  };
  /** Where the page of answers is reached from outside: `https://ups.example.com`. */
  readonly publicUrl?: string;
}

/** A mail that is ready to be sent. */
export interface Letter {
  readonly address: string;
  readonly subject: string;
}

/** The ways back for one invitation; each that is not configured is absent. */
export interface AnswerWays {
  /** Shows a page; a button on it answers. */
  readonly page?: string;
  readonly letters?: { readonly accept: Letter; readonly decline: Letter; readonly optOut: Letter };
}

/** The path of the page, and of the one-click opt-out of RFC 8058 below it. */
export const answerPath = '/answer';
export const oneClickPath = 'opt-out';

/** What stands before the token in the subject of an answer by mail, in every language. */
export const subjectWords = { accept: 'ACCEPT', decline: 'DECLINE', optOut: 'OPT-OUT' } as const;

/** The ways that a mail with this token offers. */
export function answerWays(back: WaysBack | undefined, token: string): AnswerWays {
  const address = back?.mailbox?.address;
  const letter = (word: string): Letter => ({ address: address ?? '', subject: `${word} ${token}` });
  return {
    ...(back?.publicUrl === undefined ? {} : { page: `${back.publicUrl}${answerPath}/${token}` }),
    ...(address === undefined
      ? {}
      : {
          letters: {
            accept: letter(subjectWords.accept),
            decline: letter(subjectWords.decline),
            optOut: letter(subjectWords.optOut),
          },
        }),
  };
}

/** Where a reply goes that carries its token in the address, if addresses there can. */
export function replyAddress({ address, plusAddressing }: NonNullable<WaysBack['mailbox']>, token: string): string {
  const at = address.lastIndexOf('@');
  const tagged = `${address.slice(0, at)}+${token}`;
  // RFC 5321 4.5.3.1.1: a longer name need not be delivered.
  return plusAddressing && tagged.length <= 64 ? tagged + address.slice(at) : address;
}

/** A `mailto:` (RFC 6068) that opens a mail with this subject and text. */
export function mailto({ address, subject }: Letter, body?: string): string {
  const to = address.split('@').map(encoded).join('@');
  const text = body === undefined ? '' : `&body=${encoded(clean(body, 400))}`;
  return `mailto:${to}?subject=${encoded(clean(subject, 100))}${text}`;
}

const encoded = (text: string): string => encodeURIComponent(text).replaceAll("'", '%27');
