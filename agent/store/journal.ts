import type { Buffer } from 'node:buffer';
import { openLine, sealLine } from './checksum.ts';
import type { HistoryEntry, Versioned } from './port.ts';
import type { PreparedChange } from './records.ts';

/** A history entry with its place in the order of all entries. Numbers only grow; a refused batch leaves a gap. */
export interface NumberedEntry {
  readonly seq: number;
  readonly entry: HistoryEntry;
}

/** One batch as the journal holds it. It names results, not steps, so that applying it twice is applying it once. */
export interface JournalLine {
  readonly sequence: number;
  readonly at: string;
  readonly changes: readonly { readonly key: string; readonly record?: Versioned<unknown> }[];
  readonly history: readonly NumberedEntry[];
}

/** What a journal file held. */
export interface JournalContent {
  readonly lines: readonly JournalLine[];
  /** Bytes that are good, from the beginning; what follows is a line whose writing was interrupted. */
  readonly length: number;
  /** Bytes of lines that were complete once and cannot be read any more. */
  readonly damagedBytes: number;
  /** Something besides an interrupted last line is wrong: do not append to this file. */
  readonly damaged: boolean;
}

/** Every line begins so; in JSON text this can stand nowhere behind a checksum and a blank but at a line's start. */
const opening = '{"sequence":';

/** The sealed line of a batch. */
export function encodeLine(
  sequence: number,
  at: string,
  changes: readonly PreparedChange[],
  history: readonly NumberedEntry[],
): string {
  const parts = changes.map(({ key, expected, put }) =>
    put === undefined
      ? `{"key":${JSON.stringify(key)}}`
      : `{"key":${JSON.stringify(key)},"record":{"value":${put.text},"revision":${expected + 1}}}`,
  );
  return sealLine(
    `${opening}${sequence},"at":"${at}","changes":[${parts.join(',')}],"history":${JSON.stringify(history)}}`,
  );
}

/** Reads a journal. Never throws: a line that cannot be read costs that line only. */
export function decodeJournal(bytes: Buffer): JournalContent {
  const lines: JournalLine[] = [];
  let damagedBytes = 0;
  let damaged = false;
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(0x0a, start);
    const segment = bytes.subarray(start, newline === -1 ? bytes.length : newline);
    const whole = decodeLine(segment);
    if (whole !== undefined && newline !== -1) {
      lines.push(whole);
    } else {
      const salvaged = whole === undefined ? salvage(segment) : { lines: [whole], bytes: segment.length };
      if (newline === -1 && salvaged.lines.length === 0) return { lines, length: start, damagedBytes, damaged };
      lines.push(...salvaged.lines);
      damagedBytes += segment.length - salvaged.bytes;
      damaged = true;
    }
    start += segment.length + 1;
  }
  return { lines, length: bytes.length, damagedBytes, damaged };
}

function decodeLine(bytes: Buffer): JournalLine | undefined {
  const text = openLine(bytes);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as JournalLine; // the checksum says that it is what encodeLine wrote
  } catch {
    return undefined;
  }
}

/** A damaged newline glues two good lines together: they are looked for by how a line begins. */
function salvage(segment: Buffer): { lines: JournalLine[]; bytes: number } {
  const starts: number[] = [];
  for (let at = segment.indexOf(opening); at !== -1; at = segment.indexOf(opening, at + 1)) {
    if (at >= 9) starts.push(at - 9);
  }
  const lines: JournalLine[] = [];
  let bytes = 0;
  for (const [index, start] of starts.entries()) {
    const next = starts[index + 1];
    const candidate = segment.subarray(start, next === undefined ? segment.length : next - 1);
    const line = decodeLine(candidate);
    if (line === undefined) continue;
    lines.push(line);
    bytes += candidate.length;
  }
  return { lines, bytes };
}
