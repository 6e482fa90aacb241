/** A message in words, and where it goes: what the outbox hands to the mail server. */
import type { Instant } from '../lifecycle/model.ts';
import { keys } from '../store/keys.ts';
import type { Store } from '../store/port.ts';
import { invitationWords, type SiteRecord } from './codes.ts';
import { composeMail } from './mail/compose.ts';
import type { ComposedMail, Contact, MailContent } from './mail/content.ts';
import { type MailEnvelope, parseMailbox } from './mail/message.ts';
import { earlierMessageIds, type NoticeEntry, noticesContent } from './notices.ts';
import type { Message } from './records.ts';
import { revealedByMail } from './reveals.ts';
import { seal } from './seal.ts';
import { answerWays, oneClickPath, replyAddress, subjectWords, type WaysBack } from './ways.ts';

/** What a mail needs to know of the site, as of now. */
export interface MailSite {
  readonly company: string;
  readonly contact: Contact;
  /** `Name <ups@example.com>`, the sender of every mail. */
  readonly from: string;
  /** Where answers to notices go. */
  readonly replyTo: { readonly name?: string; readonly address: string };
  readonly timeZone: string;
  readonly waysBack?: WaysBack;
}

export interface LetterParts {
  readonly store: Store;
  readonly site: MailSite;
  readonly now: Instant;
}

/** The words of a message as they may be kept: without the token and the code. */
export function lettersOf(
  parts: LetterParts,
  message: Message,
  notices: readonly NoticeEntry[],
): Pick<Message, 'reveals'> & { words: ComposedMail } {
  const content = contentOf(parts, message, notices);
  const reveals = revealedByMail(content);
  const words = seal(composeMail(content, message.language), secretsOf(parts.store, message));
  return { words, ...(reveals ? { reveals } : {}) };
}

/** The words that must not be written down: those of the connection a mail goes to. */
export function secretsOf(
  store: Store,
  message: Pick<Message, 'recipient'>,
): { token: string; code: string } | undefined {
  const connection = connectionIdOf(message);
  return connection === undefined || store.get<SiteRecord>(keys.site) === undefined
    ? undefined
    : invitationWords(store, connection);
}

/** Sender, recipient and headers of a message. */
export function envelopeOf(parts: LetterParts, message: Message, notices: readonly NoticeEntry[]): MailEnvelope {
  const { store, site, now } = parts;
  return {
    key: `${store.get<SiteRecord>(keys.site)?.value.id ?? ''}/${message.id}`,
    from: site.from,
    to: message.to,
    date: new Date(now),
    ...(message.kind === 'notices' ? { earlier: earlierMessageIds(store, notices) } : {}),
    ...wayBack(parts, message),
  };
}

function contentOf({ store, site, now }: LetterParts, message: Message, notices: readonly NoticeEntry[]): MailContent {
  const secrets = secretsOf(store, message);
  const ways = secrets && answerWays(site.waysBack, secrets.token);
  if (message.kind === 'notices') {
    const content = noticesContent({ store, ...site, now }, message, notices);
    return ways ? { ...content, ways } : content;
  }
  if (message.kind !== 'invitation') return message.content;
  return { ...message.content, ...invitationWords(store, message.connection), ...(ways ? { ways } : {}) };
}

/**
 * Where a reply goes, and how to opt out without reading. An invitation names no person: its replies go to the mailbox, or
 * to the sender. A notice goes back to the contact as well, so that questions and quotations reach somebody.
 */
function wayBack({ store, site }: LetterParts, message: Message): Pick<MailEnvelope, 'replyTo' | 'unsubscribe'> {
  const secrets = secretsOf(store, message);
  if (secrets === undefined || (message.kind !== 'notices' && message.kind !== 'invitation')) return {};
  const { token } = secrets;
  const { mailbox } = site.waysBack ?? {};
  const { page } = answerWays(site.waysBack, token);
  const toAgent = mailbox && { address: replyAddress(mailbox, token) };
  const known = message.kind === 'notices' && site.replyTo.address !== mailbox?.address ? [site.replyTo] : [];
  const word = message.kind === 'notices' ? subjectWords.optOut : subjectWords.decline;
  const address = mailbox?.address ?? known[0]?.address ?? parseMailbox(site.from, 'mail.from').address;
  const replyTo = [...known, ...(toAgent ? [toAgent] : [])];
  return {
    ...(replyTo.length > 0 ? { replyTo } : {}),
    unsubscribe: {
      letter: { address, subject: `${word} ${token}` },
      ...(page === undefined ? {} : { page: `${page}/${oneClickPath}` }),
    },
  };
}

function connectionIdOf({ recipient }: Pick<Message, 'recipient'>): string | undefined {
  return recipient.startsWith('reseller:') ? recipient.slice('reseller:'.length) : undefined;
}
