/** From a mail to what it means: an answer, a mail that came back, or neither and why. Pure. */
import type { AnswerKind } from '../../lifecycle/connection.ts';
import { machineSign } from './automatic.ts';
import { type Bounce, mayBeBounce, type ReportParts, readBounce } from './bounce.ts';
import type { MailHeaders } from './headers.ts';
import { firstOwnLine, textOfHtml } from './quote.ts';
import { answerIn } from './words.ts';

/** What is known of a mail without its body. */
export interface MailHead {
  /** Decoded (RFC 2047). */
  readonly subject: string;
  /** The address in From. */
  readonly from?: string;
  readonly headers: MailHeaders;
}

/** Its beginning, decoded; of a report its parts. */
export interface MailBody {
  readonly text?: string;
  readonly html?: string;
  readonly report?: ReportParts;
}

export type Verdict =
  | { readonly kind: 'answer'; readonly answer: AnswerKind }
  | { readonly kind: 'bounce'; readonly bounce: Bounce }
  /** Written by a machine: nobody waits for a word. */
  | { readonly kind: 'machine'; readonly sign: string }
  /** Written by a person, and no answer that is understood: a person must read it. */
  | { readonly kind: 'unclear'; readonly line: string };

/** Whether the body of this mail matters as that of a report. */
export function isReport({ headers, from }: MailHead): boolean {
  return mayBeBounce(headers, from);
}

/** Judges a mail that is known to be about an invitation from here. Only its subject and its first own line count. */
export function judge(head: MailHead, body: MailBody): Verdict {
  if (isReport(head)) {
    const bounce = readBounce(head.subject, head.headers, body.report ?? {});
    return bounce === undefined ? { kind: 'machine', sign: 'report' } : { kind: 'bounce', bounce };
  }
  const sign = machineSign(head.subject, head.headers);
  if (sign !== undefined) return { kind: 'machine', sign };
  const line = ownLineOf(body) ?? '';
  const { rest, isReply } = bareSubject(head.subject);
  const [bySubject, byLine] = [answerIn(rest), answerIn(line)];
  if (bySubject !== undefined && byLine !== undefined && !agree(bySubject, byLine)) {
    // In a reply the subject is the older of the two; in a mail of its own, both were meant.
    return isReply ? { kind: 'answer', answer: byLine } : { kind: 'unclear', line };
  }
  const answer = bySubject ?? byLine;
  return answer === undefined ? { kind: 'unclear', line } : { kind: 'answer', answer };
}

function ownLineOf({ text, html }: MailBody): string | undefined {
  if (text !== undefined && text.trim() !== '') return firstOwnLine(text);
  return html === undefined ? undefined : firstOwnLine(textOfHtml(html));
}

/** Declining and opting out are one: no more. */
const agree = (one: AnswerKind, other: AnswerKind): boolean => (one === 'accept') === (other === 'accept');

const replyPrefix =
  /^(re|aw|antw|antwort|sv|vs|ref|rép|réf|tr|rif|r|rv|res|enc|i|fw|fwd|wg|отв|ответ|на|пер)\s?(\[\d{1,3}\]|\(\d{1,3}\))?\s?[:：]\s*/iu;
const tag = /^(\[[^\]]{0,60}\]|\*{2,}[^*]{0,40}\*{2,}|\([^)]{0,40}\))\s*/u;
const endTag = /\s*(\[[^\]]{0,60}\]|\([^)]{0,40}\))$/u;

/** A subject without what mail programs, gateways and ticket systems write around it. */
function bareSubject(subject: string): { rest: string; isReply: boolean } {
  let rest = subject.slice(0, 500).trim();
  let isReply = false;
  for (let n = 0; n < 20; n += 1) {
    const shorter = rest.replace(tag, '').replace(endTag, '');
    const bare = shorter.replace(replyPrefix, '');
    isReply ||= bare !== shorter;
    if (bare === rest) break;
    rest = bare;
  }
  return { rest, isReply };
}
