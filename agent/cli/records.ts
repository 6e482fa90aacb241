/** The commands about what was told, agreed and is to be quoted: `sent`, `retry`, `consent`, `report`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { revealedWords } from '../delivery/reveals.ts';
import type { ConsentRecord } from '../operations/consent.ts';
import type { Report, ReportDate } from '../operations/report.ts';
import type { SentDetail, SentPage } from '../operations/sent.ts';
import { printable } from '../poll.ts';
import { connectionText, minute, table } from './print.ts';
import type { CliTools } from './tools.ts';

/** Adds the commands to the program. */
export function addRecords(program: Command, tools: CliTools): void {
  addSent(program, tools);
  addReport(program, tools);
}

interface SentOptions {
  readonly json?: boolean;
  readonly ups?: string;
  readonly limit: number;
  readonly offset: number;
}

function addSent(program: Command, { ask, show, write }: CliTools): void {
  program
    .command('sent')
    .argument('[id]', 'one of them, to be shown in full')
    .description('list what was sent or waits, newest first, or show one mail as it was sent')
    .option('--ups <name>', 'only what told of this UPS')
    .addOption(new Option('--fate <fate>', 'only what stands so').choices(['waiting', 'sent', 'failed']))
    .option('--limit <number>', 'so many of them', wholeNumber, 50)
    .option('--offset <number>', 'after so many newer ones', wholeNumber, 0)
    .option('--json', 'print the answer as JSON')
    .action(async (id: string | undefined, { json, ...filter }: SentOptions) => {
      if (id === undefined) await show<SentPage>('sent', { ...filter }, json, sentText);
      else await show<SentDetail>('sent show', { id }, json, detailText);
    });
  program
    .command('retry')
    .argument('<id>', 'id of the mail, as in `sent`')
    .description('send a mail that waits or was refused, at once')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, { json }: { json?: boolean }) => {
      await show<SentDetail>('retry', { id }, json, ({ to }) => `It is tried again now: ${to}.`);
    });
  program
    .command('consent')
    .description('print who was invited, who accepted how and when, and what was disclosed to whom')
    .option('--csv', 'print it as a table for a spreadsheet')
    .option('--json', 'print the answer as JSON')
    .action(async ({ json, csv }: { json?: boolean; csv?: boolean }) => {
      if (csv) write(await ask<string>('consent', { csv }));
      else await show<ConsentRecord>('consent', {}, json, consentText);
    });
}

function addReport(program: Command, { ask, show, write }: CliTools): void {
  program
    .command('report')
    .description('print the renewals report: models, serial numbers, cartridges and dates, for a quotation')
    .option('--sites', 'with the site labels')
    .option('--csv', 'print it as a table for a spreadsheet')
    .option('--json', 'print the answer as JSON')
    .action(async ({ json, csv, sites }: { json?: boolean; csv?: boolean; sites?: boolean }) => {
      if (csv) write(await ask<string>('report', { csv, sites }));
      else await show<Report>('report', { sites }, json, reportText);
    });
}

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 0 to 999999.');
}

function sentText({ total, offset, items }: SentPage): string {
  if (items.length === 0) return total === 0 ? 'Nothing was sent yet, and nothing waits.' : `There are only ${total}.`;
  const rows = items.map((item) => [
    minute(item.settledAt ?? item.createdAt),
    item.state,
    item.to,
    item.subject ?? (item.notices.map(({ title }) => title).join(', ') || item.what),
    item.reply ?? '',
    item.id,
  ]);
  const more = total > offset + items.length ? `\n\n${offset + 1} to ${offset + items.length} of ${total}` : '';
  return `${table([['WHEN', 'STATE', 'TO', 'WHAT', 'ANSWER', 'ID'], ...rows])}${more}`;
}

function detailText(mail: SentDetail): string {
  const lines = [
    `${mail.to}: ${mail.state}`,
    ...mail.attempts.map(({ at, taken, reply }) => `${minute(at)}  ${taken ? 'taken' : 'refused'}: ${reply}`),
    ...(mail.nextAt === undefined ? [] : [`tried again at ${minute(mail.nextAt)}`]),
    ...(mail.reveals === undefined ? [] : [`reveals: ${revealedWords(mail.reveals)}`]),
    ...(mail.codeLeftOut ? ['The code is left out: it is never written down.'] : []),
    '',
    ...(mail.subject === undefined ? [] : [mail.subject, '']),
    ...(mail.text ?? 'Its words are made when it leaves.').split('\n'),
  ];
  return lines.map(printable).join('\n');
}

function consentText({ connection, steps, disclosures }: ConsentRecord): string {
  const lines = [
    ...steps.map(({ at, address, state, by, from, how: told, givenAt, reply }) => {
      const given = givenAt === undefined ? undefined : `given ${minute(givenAt)}`;
      const how = [by && `by ${by}`, from, told, given, reply].filter((word) => word !== undefined).join(': ');
      return [at, `${address} ${state === 'pending' ? 'invited' : state}${how === '' ? '' : ` (${how})`}`] as const;
    }),
    ...disclosures.map(
      ({ at, to, what, reveals }) => [at, `${to} was told (${what}): ${revealedWords(reveals)}`] as const,
    ),
  ].sort(([a], [b]) => Date.parse(a) - Date.parse(b));
  const history = lines.map(([at, words]) => printable(`${minute(at)}  ${words}`));
  return [`Now: ${connectionText(connection)}`, ...history].join('\n');
}

function reportText({ rows, cartridges }: Report): string {
  if (rows.length === 0) return 'No UPS is configured.';
  const sites = rows.some(({ site }) => site !== undefined);
  const cells = rows.map((row) => [
    ...(sites ? [row.site ?? '-'] : []),
    row.model ?? '-',
    row.serial ?? '-',
    row.ageMonths === undefined ? '-' : `${(row.ageMonths / 12).toFixed(1)} years`,
    row.cartridge === undefined ? '-' : `${row.quantity ?? 1} x ${row.cartridge}`,
    dateWords(row.replaceBy),
    dateWords(row.warrantyEnd),
    row.plan === undefined ? '-' : `${row.plan.kind} ${row.plan.end}`,
  ]);
  const head = [...(sites ? ['SITE'] : []), 'MODEL', 'SERIAL', 'AGE', 'CARTRIDGES', 'REPLACE BY', 'WARRANTY', 'PLAN'];
  const sums = cartridges.map(({ part, quantity }) => printable(`${quantity} x ${part}`));
  return [table([head, ...cells]), '', `All together: ${sums.join(', ') || 'no cartridge is known'}`].join('\n');
}

const dateWords = (date: ReportDate | undefined): string =>
  date === undefined ? '-' : `${date.day}${date.estimate ? '~' : ''}`;
