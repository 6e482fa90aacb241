/** Judges the ways of mail, out and back. Pure. */
import type { AnswersConfig, Config, MailConfig } from '../../config/config.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import type { Tried } from './judge.ts';

/** What a mail server showed and said, without a mail. */
export interface MailCheck {
  readonly secure: boolean;
  readonly authenticated: boolean;
  /** The largest mail it takes, where it says so. */
  readonly maxBytes?: number;
  readonly refused?: { readonly who: 'sender' | 'recipient'; readonly reply: string };
}

/** What a try of the mailbox for answers found. */
export interface MailboxFound {
  readonly secure: boolean;
  readonly byToken: boolean;
  readonly announces: boolean;
  readonly moves: boolean;
  readonly writable: boolean;
  readonly handled?: 'writable' | 'read-only' | 'missing';
}

/** What a server must take: a mail about a thousand UPS is smaller. */
const enoughForMail = 1_000_000;

/** Whether it takes mail from this sender to the contact; said by the server itself, short of a mail. */
function judgeRoute(from: string, to: string, refused: MailCheck['refused']): Finding[] {
  if (refused === undefined) return [ok('mail', `It would take a mail from ${from} to ${to}.`)];
  const { who, reply } = refused;
  const says = `A mail from ${from} to ${to} would not be taken: "${reply}".`;
  if (reply.startsWith('4')) return [warning('mail', says, 'That is for now; try again in some minutes.')];
  const todo =
    who === 'sender'
      ? 'Write a sender in mail.from that this login may use.'
      : 'Look at site.contact.mail, and whether this login may send from mail.from to that address.';
  return [problem('mail', says, todo)];
}

/** The mail server, whether its login and the sender go together, and whether it would take a mail. */
export function judgeMail(mail: Config['mail'], to: string, tried: Tried<MailCheck> | undefined): Finding[] {
  if (mail === undefined || tried === undefined) return [];
  const server = `${mail.host}:${mail.port}`;
  const byToken = mail.user !== undefined && mail.password === undefined;
  if ('failed' in tried) {
    const todo = byToken
      ? 'docs/mail-servers.md leads through OAuth2; then `upsteward test-mail`.'
      : 'Correct the section `mail` of the config; then `upsteward test-mail`.';
    return [problem('mail', tried.failed, todo)];
  }
  const { secure, authenticated, maxBytes, refused } = tried.found;
  const size = maxBytes === undefined ? '' : `, mails up to ${Math.floor(maxBytes / 1000)} kB`;
  const findings = [ok('mail', `${server} answers (${how(secure, authenticated, byToken)}${size}).`)];
  if (maxBytes !== undefined && maxBytes < enoughForMail) {
    const says = `${server} takes no mail above ${Math.floor(maxBytes / 1000)} kB: a mail about many UPS may be larger.`;
    findings.push(warning('mail', says, 'Have the limit raised to a megabyte at least.'));
  }
  findings.push(...judgeRoute(mail.from.address, to, refused));
  const [own, login] = [domainOf(mail.from.address), domainOf(mail.user ?? '')];
  if (login !== undefined && own !== login) {
    findings.push(
      warning(
        'mail',
        `Mail is sent as ${mail.from.address}, and logged in as ${mail.user}: many servers refuse another domain, or mark it as spam.`,
        'Write a sender of the same domain in mail.from, unless your server allows this one.',
      ),
    );
  }
  return findings;
}

/**
 * The mailbox for answers: whether it can be read and changed, and what can be said of the way to it.
 * @param trouble why the running agent cannot read it, if it cannot
 */
export function judgeAnswers(
  { answers, mail }: Pick<Config, 'answers' | 'mail'>,
  tried: Tried<MailboxFound> | undefined,
  trouble: string | undefined,
): Finding[] {
  if (answers === undefined || tried === undefined) return [];
  if ('failed' in tried) {
    const guide =
      answers.password === undefined ? 'docs/mail-servers.md leads through OAuth2' : 'docs/answers.md helps';
    return [problem('answers', tried.failed, `Correct the section \`answers\` of the config; ${guide}.`)];
  }
  const { secure, byToken, announces, writable } = tried.found;
  const when = announces ? 'new mail is announced at once' : 'new mail is looked for every 10 minutes (no IDLE)';
  const where = `${answers.host}:${answers.port}, folder ${answers.folder}`;
  return [
    ok('answers', `${where}, can be read (${how(secure, true, byToken)}); ${when}.`),
    ...(writable ? [] : [cannotMark(answers)]),
    ...judgeHandled(answers, tried.found),
    ...judgeAddress(answers, mail),
    ...(trouble === undefined ? [] : [agentCannot(trouble)]),
  ];
}

const how = (secure: boolean, loggedIn: boolean, byToken: boolean): string =>
  [
    secure ? 'encrypted' : 'not encrypted',
    ...(loggedIn ? [byToken ? 'logged in with an access token' : 'logged in'] : []),
  ].join(', ');

const cannotMark = ({ folder, user }: AnswersConfig): Finding =>
  problem(
    'answers',
    `Mail in the folder ${folder} cannot be marked as read: it is open for reading only.`,
    `Let ${user} change that folder: what is handled looks new to everybody else there.`,
  );

const agentCannot = (trouble: string): Finding =>
  warning(
    'answers',
    `The running agent cannot read it: ${trouble}`,
    'It tries again within a quarter of an hour; where the config was changed since, `upsteward reload`.',
  );

function judgeHandled({ moveTo, user }: AnswersConfig, { moves, handled }: MailboxFound): Finding[] {
  if (moveTo === undefined) return [];
  if (!moves) {
    const says = `The server cannot move mail (neither MOVE nor UIDPLUS): what is handled stays, marked as read.`;
    return [warning('answers', says, 'Remove answers.moveTo.')];
  }
  if (handled === 'read-only') {
    const says = `Handled mail cannot be moved: the folder ${moveTo} is open for reading only.`;
    return [problem('answers', says, `Let ${user} write there, or name another folder in answers.moveTo.`)];
  }
  const missing = handled === 'missing';
  return [ok('answers', `Handled mail goes to the folder ${moveTo}${missing ? ', which is made when needed' : ''}.`)];
}

/** Whether replies, and mail that comes back, can be expected in that mailbox: only a mail would prove it. */
function judgeAddress({ address, user, plusAddressing }: AnswersConfig, mail: MailConfig | undefined): Finding[] {
  const findings: Finding[] = [];
  const [own, other] = [domainOf(address), domainOf(user)];
  if (other !== undefined && own !== other) {
    findings.push(
      warning(
        'answers',
        `Replies go to ${address}, and the mailbox is that of ${user}: another domain.`,
        `Send a mail to ${address}, and look whether it arrives in the mailbox.`,
      ),
    );
  } else {
    const tagged = `${address.replace('@', '+test@')}`;
    findings.push(
      ok(
        'answers',
        `Replies go to ${plusAddressing ? `${tagged} and alike` : address}; a mail to it shows whether they arrive.`,
      ),
    );
  }
  const sender = mail?.from.address;
  if (sender !== undefined && sender.toLowerCase() !== address.toLowerCase()) {
    const says = `Mail that comes back goes to ${sender}: it is noticed only where that arrives in the mailbox as well.`;
    findings.push(ok('answers', says));
  }
  return findings;
}

const domainOf = (address: string): string | undefined => address.split('@')[1]?.toLowerCase();
