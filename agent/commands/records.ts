/** What was told and agreed, and the tables that leave and come back. */
import { present } from '../lifecycle/present.ts';
import type { Office } from '../office.ts';
import { type ConsentRecord, consentRecord, consentTable } from '../operations/consent.ts';
import { datesTable, delimiterFor } from '../operations/dates-table.ts';
import { OperationError } from '../operations/desk.ts';
import { applyImport, type ImportPlan, planImport } from '../operations/import-dates.ts';
import { type Report, renewalsReport, reportTable } from '../operations/report.ts';
import { retryNow } from '../operations/resend.ts';
import { fates, type SentDetail, type SentPage, sentDetail, sentItems } from '../operations/sent.ts';
import { type Delimiter, decodeTable } from '../operations/table.ts';
import { type Args, optionalText, text } from './arguments.ts';

/** A table as CSV, in the way of Excel where the site's language is spoken. */
const delimiter = (office: Office): Delimiter => delimiterFor(office.desk.site().language);

/** By name; see docs/commands.md. */
export const recordCommands = {
  sent: async (office: Office, args: Args): Promise<SentPage> => {
    const [ups, asked] = [optionalText(args, 'ups'), optionalText(args, 'fate')];
    const fate = fates.find((each) => each === asked);
    if (asked !== undefined && fate === undefined) {
      throw new OperationError('bad-argument', `fate: "${asked}" is none of ${fates.join(', ')}`);
    }
    const paged = { offset: count(args, 'offset', 0), limit: count(args, 'limit', 50) };
    return sentItems(office.desk, office.units, { ...paged, ...present({ ups, fate }) });
  },
  'sent show': async (office: Office, args: Args): Promise<SentDetail> =>
    await sentDetail(office.desk, text(args, 'id')),
  retry: async (office: Office, args: Args): Promise<SentDetail> => {
    const id = text(args, 'id');
    await retryNow(office.desk, id);
    return await sentDetail(office.desk, id);
  },
  consent: async (office: Office, args: Args): Promise<ConsentRecord | string> => {
    const record = await consentRecord(office.desk);
    return args['csv'] === true ? consentTable(record, delimiter(office)) : record;
  },
  report: async (office: Office, args: Args): Promise<Report | string> => {
    const report = renewalsReport(office.desk, office.units, { sites: args['sites'] === true });
    return args['csv'] === true ? reportTable(report, delimiter(office)) : report;
  },
  'dates export': async (office: Office): Promise<string> => datesTable(office.units, delimiter(office)),
  'dates import plan': async (office: Office, args: Args): Promise<ImportPlan> =>
    planImport(office.desk, office.units, tableOf(office, args)),
  'dates import apply': async (office: Office, args: Args): Promise<ImportPlan> =>
    await applyImport(office.desk, office.units, tableOf(office, args), text(args, 'digest')),
};

/** The content of a file, in base64 since its characters are not known yet. */
function tableOf(office: Office, args: Args): string {
  return decodeTable(Buffer.from(text(args, 'bytes'), 'base64'), office.desk.site().language);
}

function count(args: Args, key: string, otherwise: number): number {
  const value = args[key] ?? otherwise;
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1_000_000) return Number(value);
  throw new OperationError('bad-argument', `${key} must be a whole number from 0 to 1000000`);
}
