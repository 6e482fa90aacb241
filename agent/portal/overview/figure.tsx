/** The timeline as a drawing: one column a month on a wide screen, one line a month on a narrow one. */
import type { Language } from '../../delivery/mail/content.ts';
import { monthText } from '../html/days.ts';
import { type Kind, kinds } from './rows.ts';
import type { Counts, TimelineColumn } from './timeline.ts';

export const kindNames: Readonly<Record<Kind, string>> = {
  battery: 'Batteries',
  warranty: 'Warranties',
  plan: 'Service plans',
};
const oneOf: Readonly<Record<Kind, readonly [one: string, many: string]>> = {
  battery: ['battery', 'batteries'],
  warranty: ['warranty', 'warranties'],
  plan: ['service plan', 'service plans'],
};

export interface FigureProps {
  readonly columns: readonly TimelineColumn[];
  readonly language: Language;
  /** Where a column leads. */
  readonly hrefOf: (column: TimelineColumn) => string;
}

/** `2 batteries, 1 warranty` */
export function countWords(counts: Counts): string {
  const words = kinds.flatMap((kind) => {
    const [one, many] = oneOf[kind];
    return counts[kind] === 0 ? [] : [`${counts[kind]} ${counts[kind] === 1 ? one : many}`];
  });
  return words.join(', ') || 'nothing';
}

export function Figure(props: FigureProps) {
  return (
    <figure aria-label="What falls due, by month">
      <Wide {...props} />
      <Tall {...props} />
      <ul class="legend">
        {kinds.map((kind) => (
          <li class={kind}>{`${kindNames[kind]}: ${sum(props.columns, kind)}`}</li>
        ))}
      </ul>
    </figure>
  );
}

const sum = (columns: readonly TimelineColumn[], kind: Kind): number =>
  columns.reduce((total, { counts }) => total + counts[kind], 0);

const names = (column: TimelineColumn, language: Language): { short: string; year: string } =>
  column.month === 'now'
    ? { short: 'Now', year: '' }
    : {
        short: monthText(column.month, language, 'shortMonth'),
        year: column.month.endsWith('-01') ? column.month.slice(0, 4) : '',
      };

/** Lengths of the pieces of a bar: each thing a block of its own while there is room, else one piece a kind. */
function pieces(counts: Counts, unit: number): { kind: Kind; from: number; length: number }[] {
  const gap = unit >= 6 ? 2 : 0;
  let from = 0;
  return kinds.flatMap((kind) => {
    const count = counts[kind];
    const blocks = gap > 0 ? count : Math.min(1, count);
    return Array.from({ length: blocks }, () => {
      const whole = gap > 0 ? unit : Math.max(1.5, count * unit);
      const piece = { kind, from, length: whole - gap };
      from += whole;
      return piece;
    });
  });
}

function unitFor(columns: readonly TimelineColumn[], room: number, largest: number): number {
  return Math.min(largest, room / Math.max(1, ...columns.map(({ total }) => total)));
}

function Column({
  column,
  href,
  label,
  children,
}: {
  column: TimelineColumn;
  href: string;
  label: string;
  children: unknown;
}) {
  if (column.total === 0) return <g>{children}</g>;
  return (
    <a href={href} aria-label={label}>
      {children}
    </a>
  );
}

/** Begins with what is seen, in its order, so that who speaks to the page finds it. */
const label = (shown: readonly string[], { counts, total }: TimelineColumn): string =>
  `${[...shown, `${total}`].filter((text) => text !== '').join(' ')}: ${countWords(counts)}`;

const wide = { width: 1120, left: 80, height: 196, base: 150, bar: 40 } as const;

function Wide({ columns, language, hrefOf }: FigureProps) {
  const unit = unitFor(columns, wide.base - 26, 16);
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: the figure around it has a name, and each column is a link with words.
    <svg class="wide" viewBox={`0 0 ${wide.width} ${wide.height}`}>
      <rect class="past" x="0" y="4" width={wide.left - 6} height={wide.height - 8} rx="8" />
      {columns.map((column, index) => {
        const { short, year: january } = names(column, language);
        const year = january || (index === 1 ? column.month.slice(0, 4) : '');
        const x = index * wide.left;
        const middle = x + wide.left / 2 - (index === 0 ? 3 : 0);
        const top = wide.base - column.total * unit;
        return (
          <Column column={column} href={hrefOf(column)} label={label([short, year], column)}>
            <rect x={x} y="4" width={wide.left - 6} height={wide.height - 8} fill="transparent" />
            {pieces(column.counts, unit).map(({ kind, from, length }) => (
              <rect
                class={kind}
                x={middle - wide.bar / 2}
                y={wide.base - from - length}
                width={wide.bar}
                height={length}
                rx="2"
              />
            ))}
            <text class={index === 0 ? 'over' : ''} x={middle} y={wide.base + 20} text-anchor="middle">
              {short}
            </text>{' '}
            <text x={middle} y={wide.base + 36} text-anchor="middle">
              {year}
            </text>{' '}
            {column.total > 0 ? (
              <text class="count" x={middle} y={Math.max(16, top - 7)} text-anchor="middle">
                {column.total}
              </text>
            ) : undefined}
          </Column>
        );
      })}
      <line class="axis" x1={wide.left} y1={wide.base + 0.5} x2={wide.width} y2={wide.base + 0.5} />
    </svg>
  );
}

const tall = { width: 360, line: 27, left: 84, bar: 15 } as const;

function Tall({ columns, language, hrefOf }: FigureProps) {
  const unit = unitFor(columns, tall.width - tall.left - 44, 18);
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: the figure around it has a name, and each column is a link with words.
    <svg class="tall" viewBox={`0 0 ${tall.width} ${columns.length * tall.line}`}>
      <rect class="past" x="0" y="0" width={tall.width} height={tall.line} rx="6" />
      {columns.map((column, index) => {
        const { short } = names(column, language);
        const shown = index === 0 ? short : `${short} ${column.month.slice(0, 4)}`;
        const y = index * tall.line;
        const end = tall.left + column.total * unit;
        return (
          <Column column={column} href={hrefOf(column)} label={label([shown], column)}>
            <rect x="0" y={y} width={tall.width} height={tall.line} fill="transparent" />
            <text class={index === 0 ? 'over' : ''} x="6" y={y + 18}>
              {shown}
            </text>{' '}
            {pieces(column.counts, unit).map(({ kind, from, length }) => (
              <rect class={kind} x={tall.left + from} y={y + 6} width={length} height={tall.bar} rx="2" />
            ))}
            {column.total > 0 ? (
              <text class="count" x={end + 7} y={y + 18}>
                {column.total}
              </text>
            ) : undefined}
          </Column>
        );
      })}
    </svg>
  );
}
