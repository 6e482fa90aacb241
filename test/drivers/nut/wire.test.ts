import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineCutter, quoted, wordsOf } from '../../../drivers/nut/wire.ts';

describe('words of a line', () => {
  it.each([
    ['VAR ups1 ups.status "OL RB"', ['VAR', 'ups1', 'ups.status', 'OL RB']],
    ['VAR ups1 ups.id "a \\"b\\" \\\\ c"', ['VAR', 'ups1', 'ups.id', 'a "b" \\ c']],
    ['VAR ups1 ups.id ""', ['VAR', 'ups1', 'ups.id', '']],
    ['', []],
    ['VAR ups1 ups.id "open', undefined],
    ['VAR ups1 ups.id "open\\"', undefined],
  ])('%s', (line, words) => {
    expect(wordsOf(line)).toEqual(words);
  });

  it('come back as they were quoted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(wordsOf(`VAR ${quoted(text)}`)).toEqual(['VAR', text]);
      }),
    );
  });

  it('of any text are found without a failure', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void wordsOf(text)));
  });
});

describe('lines of a stream', () => {
  it('are the same however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[ -~é]*$/)),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (lines, sizes) => {
          const cutter = new LineCutter(10_000);
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const found: string[] = [];
          for (let at = 0; at < bytes.length; ) {
            const size = sizes.next().value ?? 1;
            found.push(...(cutter.cut(bytes.subarray(at, at + size)) ?? ['too long']));
            at += size;
          }
          expect(found).toEqual(lines);
        },
      ),
    );
  });

  it('lose their carriage return, and are Latin-1 where they are not UTF-8', () => {
    expect(new LineCutter(99).cut(Buffer.from([0x4b, 0xfc, 0x63, 0x68, 0x65, 13, 10]))).toEqual(['Küche']);
  });

  it('may not be endless', () => {
    expect(new LineCutter(9).cut(Buffer.from('0123456789'))).toBeUndefined();
  });
});
