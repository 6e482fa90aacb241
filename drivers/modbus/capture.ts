/** How a unit on Modbus is captured: its registers, an item a line, and what it refuses. */
import type { Answered, CaptureForm, Mask } from '../contract.ts';
import type { ModbusOptions } from './options.ts';
import { nativeRules } from './registers.ts';

interface TextItem {
  readonly address: number;
  readonly length: number;
  readonly kind: 'text' | 'serial' | 'written';
}

/** What the owner may have written: the name of the unit and of its outlet groups (application note 176). */
const written = [596, 604, 612, 620, 628].map((address): TextItem => ({ address, length: 8, kind: 'written' }));
const items: ReadonlyMap<number, TextItem> = new Map(
  [
    ...nativeRules.flatMap((rule): TextItem[] => (rule.kind === 'text' || rule.kind === 'serial' ? [rule] : [])),
    ...written,
    { address: 2048, length: 2, kind: 'text' } as const,
    { address: 2050, length: 4, kind: 'text' } as const,
  ].map((item) => [item.address, item]),
);

/** Registers that hold numbers: states, measurements, ratings and dates, and the numbers of the test block. */
const numbers: readonly (readonly [from: number, to: number])[] = [
  [0, 26],
  [128, 174],
  [588, 595],
  [2054, 2061],
];
const isNumber = (address: number): boolean => numbers.some(([from, to]) => address >= from && address <= to);

export const modbusCapture: CaptureForm<ModbusOptions> = {
  file: 'answers.registers',
  write: (answers, mask, { unit }) => {
    const registers = registersOf(answers);
    const refusals = answers.filter(({ refusal }) => refusal === true);
    return {
      lines: [
        ...linesOf(registers, mask),
        ...new Set(refusals.map(({ key, value }) => `refused ${key} ${String(value)}`)),
      ],
      ...(unit !== 1 && { options: { unit } }),
    };
  },
};

function registersOf(answers: readonly Answered[]): ReadonlyMap<number, number> {
  const registers = new Map<number, number>();
  for (const { key, value } of answers) {
    if (!Array.isArray(value)) continue;
    for (const [index, word] of (value as readonly number[]).entries()) registers.set(Number(key) + index, word);
  }
  return registers;
}

function linesOf(registers: ReadonlyMap<number, number>, mask: Mask): readonly string[] {
  const lines: string[] = [];
  const addresses = [...registers.keys()].sort((a, b) => a - b);
  let next = 0;
  for (const address of addresses) {
    if (address < next) continue;
    const item = items.get(address);
    const words = item && wordsOf(registers, item);
    if (item !== undefined && words !== undefined) {
      lines.push(...textLines(item, words, mask));
      next = address + item.length;
    } else
      lines.push(
        `${address} ${hex(isNumber(address) ? (registers.get(address) ?? 0) : filler(registers.get(address)))}`,
      );
  }
  return lines;
}

/** A register that nothing is known about may hold two letters of anything: only "nothing" is left as it is. */
function filler(word: number | undefined): number {
  return word === 0 ? 0 : 0xffff;
}

function wordsOf(registers: ReadonlyMap<number, number>, { address, length }: TextItem): readonly number[] | undefined {
  const words = Array.from({ length }, (_none, index) => registers.get(address + index));
  return words.every((word) => word !== undefined) ? words : undefined;
}

/** A text between what fills it, which is kept: NUL, 0xFF or blanks, before and behind it. One register a line. */
function textLines({ address, kind }: TextItem, words: readonly number[], mask: Mask): readonly string[] {
  const text = Buffer.from(words.flatMap((word) => [word >>> 8, word & 0xff])).toString('latin1');
  const { index = 0, 0: inner = '' } = /[!-~](.*[!-~])?/s.exec(text) ?? {};
  const [before, behind] = [text.slice(0, index), text.slice(index + inner.length)];
  const shown = kind === 'serial' ? mask.serial(inner) : kind === 'written' ? mask.unknown(inner) : mask.known(inner);
  const bytes = Buffer.from(before + shown.padEnd(inner.length).slice(0, inner.length) + behind, 'latin1');
  return words.map((_word, index) => `${address + index} ${hex(bytes.readUInt16BE(index * 2))}`);
}

function hex(word: number): string {
  return word.toString(16).toUpperCase().padStart(4, '0');
}
