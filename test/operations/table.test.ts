import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Delimiter, decodeTable, readTable, writeTable } from '../../agent/operations/table.ts';

const rowsOf = (text: string): (readonly string[])[] => {
  const { header, rows } = readTable(text);
  return [header, ...rows.map(({ cells }) => cells)];
};

describe('a table that is read', () => {
  it.each([
    ['commas', 'serial,name\nA1,Hall'],
    ['semicolons, CRLF and a mark', '\uFEFFserial;name\r\nA1;Hall\r\n'],
    ['tabs', 'serial\tname\nA1\tHall\n'],
    ["Excel's directive", 'sep=;\r\nserial;name\r\nA1;Hall'],
    ['old line ends', 'serial;name\rA1;Hall\r'],
    ['blank lines and emptied rows', '\n\nserial,name\n\nA1,Hall\n,\n  ,  \n'],
    ['quotes', '"serial","name"\n"A1","Hall"'],
  ])('with %s', (_what, text) => {
    expect(rowsOf(text)).toEqual([
      ['serial', 'name'],
      ['A1', 'Hall'],
    ]);
  });

  it('takes the mark that separates the header, not one inside quotes', () => {
    expect(rowsOf('"a,b,c";name\n1;x,y')).toEqual([
      ['a,b,c', 'name'],
      ['1', 'x,y'],
    ]);
  });

  it('knows the line of each row, also after a cell with a line break', () => {
    const { rows } = readTable('name,note\n\nA,"one\ntwo"\nB,x\n');
    expect(rows).toEqual([
      { line: 3, cells: ['A', 'one\ntwo'] },
      { line: 5, cells: ['B', 'x'] },
    ]);
    const excel = readTable('name;note\r\nA;"one\r\n\r\ntwo"\r\nB;x\r\n').rows;
    expect(excel.map(({ line }) => line)).toEqual([2, 5]);
    expect(readTable('sep=,\nname\nA').rows).toEqual([{ line: 3, cells: ['A'] }]);
  });

  it('loses one line to a quote that is never closed, not all that follow', () => {
    const { header, rows, problems } = readTable('name,date\nA,"2027\nB,2028-01-01\nC,a"b"c\nD,2029-01-01');
    expect(header).toEqual(['name', 'date']);
    expect(rows).toEqual([
      { line: 3, cells: ['B', '2028-01-01'] },
      { line: 5, cells: ['D', '2029-01-01'] },
    ]);
    expect(problems.map(({ line }) => line)).toEqual([2, 4]);
  });

  it('of nothing is empty, and one without end is refused', () => {
    expect(readTable('')).toEqual({ header: [], rows: [], problems: [] });
    expect(readTable('x'.repeat(17 * 1024 * 1024)).problems).toEqual([{ line: 1, message: expect.any(String) }]);
    expect(readTable(`name\n${'x'.repeat(5000)}`).rows[0]?.cells[0]).toHaveLength(1000);
  });

  it('is text in whatever way Excel saved it', () => {
    const bytes = (...groups: number[][]) => Uint8Array.from(groups.flat());
    expect(decodeTable(new TextEncoder().encode('Köln'), 'de')).toBe('Köln');
    expect(decodeTable(bytes([0x4b, 0xf6, 0x6c, 0x6e]), 'de')).toBe('Köln');
    expect(decodeTable(bytes([0xcc, 0xf1, 0xea]), 'ru')).toBe('Мск');
    expect(decodeTable(bytes([0xff, 0xfe], [0x4b, 0], [0xf6, 0]), 'de')).toBe('Kö');
    expect(decodeTable(bytes([0xfe, 0xff], [0, 0x4b], [0, 0xf6]), 'de')).toBe('Kö');
  });
});

describe('a table that is written', () => {
  it('is what Excel opens: a mark, CRLF, quotes where they are needed', () => {
    expect(
      writeTable(
        [
          ['name', 'note'],
          ['a;b', 'c"d'],
        ],
        ';',
      ),
    ).toBe('\uFEFFname;note\r\n"a;b";"c""d"\r\n');
  });

  it.each(['=HYPERLINK("http://evil.example")', '+1', '-2', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', "'=1", "''@x"])(
    'has no formula: %j',
    (cell) => {
      const text = writeTable([['name'], [cell]], ',');
      const written = /^\uFEFFname\r\n("?)(['\S\s]*)\1\r\n$/.exec(text)?.[2] ?? '';
      expect(written.startsWith("'")).toBe(true);
      expect(rowsOf(text)).toEqual([['name'], [cell]]);
    },
  );

  const cell = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '"', ';', ',', 'a', ' '),
      maxLength: 8,
    }),
  );

  it('is read back as it was', () => {
    const anyRows = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      );
    fc.assert(
      fc.property(anyRows, fc.constantFrom<Delimiter>(',', ';', '\t'), (cells, delimiter) => {
        const head = (cells[0] ?? []).map((_cell, index) => `column ${index}`);
        const rows = cells.filter((row) => row.some((each) => each.trim() !== ''));
        const wanted = [head, ...rows];
        const single = head.length === 1;
        const text = writeTable(wanted, single ? ',' : delimiter);
        expect(rowsOf(text)).toEqual(wanted);
      }),
    );
  });
});
