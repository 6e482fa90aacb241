/**
 * Tables as spreadsheets read and write them: CSV with a comma, a semicolon or a tab, in UTF-8 or what Excel makes of it.
 * A cell that a spreadsheet would take for a formula is disarmed on the way out, and read back as it was.
 */
import { CsvError, type Info, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

export type Delimiter = ',' | ';' | '\t';

export interface Row {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly Row[];
  /** Lines that are no rows, with the reason. */
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/** No table is longer than this many characters, nor a cell. */
const longestText = 16 * 1024 * 1024;
const longestCell = 1000;

/** What starts a formula in Excel, LibreOffice or Google Sheets (the full-width forms in Japanese Excel as well). */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** A table as text: CRLF, and a mark at its start by which Excel knows UTF-8. */
export function writeTable(rows: readonly (readonly string[])[], delimiter: Delimiter): string {
  const disarmed = rows.map((row) => row.map((cell) => (formula.test(cell) ? `'${cell}` : cell)));
  return stringify(disarmed, { delimiter, record_delimiter: 'windows', bom: true, quoted_match: /[\r\n]/ });
}

/** Text of a file: UTF-8 or UTF-16 by its mark, else UTF-8, else what Excel writes where that language is spoken. */
export function decodeTable(bytes: Uint8Array, language: string): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder(language === 'ru' ? 'windows-1251' : 'windows-1252').decode(bytes);
  }
}

/** Reads a table. A line that cannot be read costs that line only; blank lines are passed over. */
export function readTable(text: string): Table {
  if (text.length > longestText) return { header: [], rows: [], problems: [{ line: 1, message: 'it is too long' }] };
  const plain = text.replace(/^\uFEFF/, '');
  const directive = /^"?sep=([,;\t])"?\r?\n/i.exec(plain);
  const body = directive ? plain.slice(directive[0].length) : plain;
  const delimiter = (directive?.[1] as Delimiter | undefined) ?? delimiterOf(body);
  const skipped = directive ? 1 : 0;
  const { rows, problems } = readWhole(body, delimiter) ?? readLines(body, delimiter);
  const [header, ...rest] = rows;
  return {
    header: header?.cells ?? [],
    rows: rest.map(({ line, cells }) => ({ line: line + skipped, cells })),
    problems: problems.map(({ line, message }) => ({ line: line + skipped, message })),
  };
}

/** The mark that the first line has most of, outside of quotes. */
function delimiterOf(text: string): Delimiter {
  const first = text.split(/\r?\n|\r/).find((line) => line.trim() !== '') ?? '';
  const bare = first.replaceAll(/"(?:[^"]|"")*"/g, '');
  const count = (mark: Delimiter): number => bare.split(mark).length;
  return ([';', '\t'] as const).reduce<Delimiter>((best, mark) => (count(mark) > count(best) ? mark : best), ',');
}

interface Read {
  readonly rows: Row[];
  readonly problems: Table['problems'];
}

/** All at once, so that a cell may span lines; `undefined` when a quote is out of place. */
function readWhole(text: string, delimiter: Delimiter): Read | undefined {
  try {
    const records = parse(text, { ...options(delimiter), skip_empty_lines: true, info: true }) as unknown as {
      info: Info;
      record: string[];
    }[];
    const lineOf = lineCounter(Buffer.from(text));
    const rows = records.map(({ info, record }) => ({ line: lineOf(info.bytes), cells: record.map(cellOf) }));
    return withoutBlank({ rows, problems: [] });
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

/**
 * The line on which each record begins, given in their order the byte on which each ends (the parser's own count takes
 * a line break of two characters inside of quotes for two).
 */
function lineCounter(bytes: Buffer): (end: number) => number {
  const [cr, lf] = [0x0d, 0x0a];
  let at = 0;
  let line = 1;
  const isBreak = (): boolean => bytes[at] === lf || (bytes[at] === cr && bytes[at + 1] !== lf);
  const step = (): void => {
    if (isBreak()) line += 1;
    at += 1;
  };
  return (end) => {
    while (bytes[at] === cr || bytes[at] === lf) step();
    const begins = line;
    while (at < end) step();
    return begins;
  };
}

/** Each line for itself: a quote that is never closed must not swallow all that follows it. */
function readLines(text: string, delimiter: Delimiter): Read {
  const rows: Row[] = [];
  const problems: { line: number; message: string }[] = [];
  text.split(/\r?\n|\r/).forEach((content, index) => {
    const line = index + 1;
    if (content.trim() === '') return;
    try {
      const [record = []] = parse(content, options(delimiter)) as string[][];
      rows.push({ line, cells: record.map(cellOf) });
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      problems.push({ line, message: 'a quotation mark is not closed, or stands in the middle of a cell' });
    }
  });
  return withoutBlank({ rows, problems });
}

const options = (delimiter: Delimiter) => ({ delimiter, relax_column_count: true, bom: false }) as const;

/** Excel keeps rows that were emptied as rows of delimiters. */
const withoutBlank = ({ rows, problems }: Read): Read => ({
  rows: rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== '')),
  problems,
});

/** A cell as it was before it was disarmed. */
function cellOf(text: string): string {
  const cell = text.slice(0, longestCell);
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
