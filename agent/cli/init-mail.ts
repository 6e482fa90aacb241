/** The mail path of a draft: tried as it is, changed with the person until it works or is left so. */
import type { Config, Draft } from '../../config/config.ts';
import { DeliveryError } from '../delivery/channel.ts';
import { composeMail } from '../delivery/mail/compose.ts';
import { dayOf } from '../lifecycle/days.ts';
import { OperationError } from '../operations/desk.ts';
import { senderOf } from '../site.ts';
import { ask, takePassword } from './init-answers.ts';
import { type Here, questions } from './init-questions.ts';
import { confirmed, type Interview } from './interview.ts';
import { sendsMail, withSmtp } from './mail-server.ts';

type Say = (line: string) => void;

/** What is asked again when the mail server cannot be used. */
const again = ['mailUrl', 'mailTls', 'mailCaFile', 'mailUser', 'mailFrom'];

/**
 * Connects, encrypts and logs in; nothing is sent.
 * @param configOf the draft as a config @throws OperationError `mail-failed` where nobody can be asked
 */
export async function tryMailPath(
  draft: Draft,
  configOf: () => Promise<Config>,
  here: Here,
  interview: Interview | undefined,
  say: Say,
): Promise<void> {
  for (;;) {
    const failure = await attempt(await configOf(), say);
    if (failure === undefined) return;
    if (interview === undefined)
      throw new OperationError('mail-failed', `${failure} Nothing was written; --no-mail-test writes it all the same.`);
    say(failure);
    if (!(await confirmed(interview, 'Change the mail settings', 'yes'))) return;
    for (const question of questions.filter(({ option }) => again.includes(option))) {
      await ask(draft, question, here, interview);
      if (question.option === 'mailUser') await takePassword(draft, {}, interview, []);
    }
  }
}

async function attempt(config: Config, say: Say): Promise<string | undefined> {
  if (!sendsMail(config)) return undefined;
  try {
    const { secure, authenticated } = await withSmtp(config, (smtp) => smtp.verify());
    say(`The mail server answers: ${secure ? 'encrypted' : 'not encrypted'}, ${authenticated ? '' : 'not '}logged in.`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Sends one test mail to the contact of the site. False, with the reason said, if the server refused it. */
export async function sendTestMail(config: Config, now: Date, say: Say): Promise<boolean> {
  if (!sendsMail(config)) return false;
  const { mail, site } = config;
  const today = dayOf(now.toISOString(), site.timeZone);
  const words = composeMail({ kind: 'test', company: site.company, today }, site.language);
  const envelope = {
    key: `test/${now.toISOString()}`,
    from: senderOf(mail),
    to: site.contact.mail,
    date: now,
  };
  try {
    const { reply } = await withSmtp(config, (smtp) => smtp.send(words, envelope));
    say(`The mail server took a test mail to ${site.contact.mail}: ${reply}`);
    return true;
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    say(error.message);
    return false;
  }
}
