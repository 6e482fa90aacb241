/** Takes the answers of a site, from options or from a person, each checked at once as the config checks it. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Draft } from '../../config/config.ts';
import { type Here, isSilent, type Question, questions } from './init-questions.ts';
import type { Interview } from './interview.ts';

/** What was written behind `init`, as commander gives it. */
export type InitOptions = Readonly<Record<string, unknown>>;

/** The options do not say enough, or something that cannot be. */
export class InitUsage extends Error {
  override readonly name = 'InitUsage';
}

const passwordName = 'mail.password';
const passwordPath = ['mail', 'passwordFile'];

/**
 * Fills the draft.
 * @param interview absent where nobody can be asked
 * @throws InitUsage with everything that is missing or wrong; OperationError `cancelled`
 */
export async function takeAnswers(
  draft: Draft,
  options: InitOptions,
  here: Here,
  interview: Interview | undefined,
): Promise<void> {
  const wrong: string[] = [];
  for (const question of questions) {
    const given = options[question.option];
    if (typeof given === 'string') {
      const mistake = await take(draft, question, given);
      if (mistake !== undefined) wrong.push(`${longFlag(question)} ${mistake}`);
    } else if (interview !== undefined) {
      if (question.asked?.(here) !== false) await ask(draft, question, here, interview);
    } else if (question.required) wrong.push(`${longFlag(question)} is missing: ${question.words}`);
    else await take(draft, question, question.usual?.(draft, here) ?? '');
    if (question.option === 'mailUser') await takePassword(draft, options, interview, wrong);
  }
  if (wrong.length > 0) throw new InitUsage(wrong.join('\n'));
}

/** Asks until the answer can stand. */
export async function ask(draft: Draft, question: Question, here: Here, interview: Interview): Promise<void> {
  const before = draft.value(question.path);
  const usual = before === undefined ? question.usual?.(draft, here) : String(before);
  for (;;) {
    const answer = await interview.ask(capital(question.words), usual);
    const mistake = answer === '' && question.required ? 'is needed' : await take(draft, question, answer);
    if (mistake === undefined) return;
    interview.say(`  ${asSentence(mistake)}`);
  }
}

/** Puts an answer into the draft, or says why it cannot stand there. */
async function take(draft: Draft, question: Question, answer: string): Promise<string | undefined> {
  const value = question.option === 'mailCaFile' && answer !== '' ? resolve(answer) : answer.trim();
  if (isSilent(question, value)) {
    draft.forget(question.path);
    return undefined;
  }
  const mistake = await draft.mistake(question.path, value);
  if (mistake === undefined) draft.set(question.path, value);
  return mistake;
}

/** The password goes into a file of its own, unless it comes from the environment. */
export async function takePassword(
  draft: Draft,
  options: InitOptions,
  interview: Interview | undefined,
  wrong: string[],
): Promise<void> {
  draft.forget(passwordPath);
  draft.forgetSecret(passwordName);
  if (draft.value(['mail', 'user']) === undefined) return;
  const file = options['mailPasswordFile'];
  if (typeof file === 'string') {
    const password = await readFile(file, 'utf8').catch(() => '');
    if (password.trim() === '') wrong.push(`--mail-password-file ${file} holds nothing that can be read`);
    else keepPassword(draft, password.replace(/\r?\n$/, ''));
    return;
  }
  const elsewhere = (await draft.check()).problems.every(({ path }) => path !== 'mail.password');
  if (elsewhere) return;
  if (interview === undefined) {
    wrong.push('--mail-password-file is missing beside --mail-user (or set UPSTEWARD_MAIL_PASSWORD)');
    return;
  }
  let password = '';
  while (password === '') password = await interview.secret('Password for the mail server (it is not shown)');
  keepPassword(draft, password);
}

function keepPassword(draft: Draft, password: string): void {
  draft.keepSecret(passwordName, password);
  draft.set(passwordPath, passwordName);
}

/** The loader's words follow the name of a key: `is empty; write a text`, `"x" is not a date; …`. */
export function asSentence(mistake: string): string {
  const sentence = /^(is|has|holds|stands|contradicts)\b/.test(mistake) ? `This ${mistake}` : capital(mistake);
  return /[.?]$/.test(sentence) ? sentence : `${sentence}.`;
}

const longFlag = ({ flags }: Question): string => flags.split(' ')[0] ?? flags;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
