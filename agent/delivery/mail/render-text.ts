import type { Block, MailDocument } from './document.ts';

const width = 76;

/** The plain text part: wrapped, aligned, readable in a fixed-width font and in any other. */
export function renderText(document: MailDocument): string {
  const parts = document.blocks.map(renderBlock).filter((part) => part !== '');
  return `${parts.join('\n\n')}\n`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'heading': {
      const text = wrap(block.text, '', '');
      const length = Math.min(width, Math.max(...text.split('\n').map(columns)));
      return `${text}\n${(block.level === 1 ? '=' : '-').repeat(length)}`;
    }
    case 'paragraph':
    case 'note':
      return wrap(block.text, '', '');
    case 'items':
      return block.items
        .map((item) => [wrap(item.title, '* ', '  '), ...item.lines.map((line) => wrap(line, '  ', '  '))].join('\n'))
        .join('\n');
    case 'rows':
      return renderRows(block.rows);
    case 'table':
      return renderTable(block.head, block.rows);
    case 'list':
      return block.items.map((item) => wrap(item, '- ', '  ')).join('\n');
    case 'code':
      return `    ${block.text}`;
    case 'actions':
      return block.actions.map(({ plain: [words, copied] }) => `${wrap(words, '', '')}\n    ${copied}`).join('\n\n');
    case 'rule':
      return '-'.repeat(width);
  }
}

function renderRows(rows: readonly (readonly [string, string])[]): string {
  const label = Math.min(32, Math.max(...rows.map(([text]) => columns(text)), 0)) + 1;
  return rows.map(([text, value]) => wrap(value, `  ${pad(`${text}:`, label)} `, ' '.repeat(label + 3))).join('\n');
}

/** Columns where they fit; where not, one block of rows for each line of the table. */
function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((text, i) => Math.max(columns(text), ...rows.map((row) => columns(row[i] ?? ''))));
  const total = widths.reduce((sum, w) => sum + w + 2, 0);
  if (total > width)
    return rows
      .map((row) => renderRows(head.flatMap((text, i) => (row[i] ? [[text, row[i]] as const] : []))))
      .join('\n\n');
  const line = (cells: readonly string[]) =>
    `  ${widths.map((w, i) => pad(cells[i] ?? '', w)).join('  ')}`.trimEnd().replaceAll('\u00a0', ' ');
  return [line(head), line(widths.map((w) => '-'.repeat(w))), ...rows.map(line)].join('\n');
}

function wrap(text: string, first: string, rest: string): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && columns(line) + 1 + columns(word) > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines.map((l) => l.trimEnd().replaceAll('\u00a0', ' ')).join('\n');
}

const combining = /\p{Mark}/gu;
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;

/** The columns a text takes in a fixed-width font. */
function columns(text: string): number {
  return Array.from(text.replace(combining, '')).length + (text.match(wide)?.length ?? 0);
}

function pad(text: string, size: number): string {
  return text + ' '.repeat(Math.max(0, size - columns(text)));
}
