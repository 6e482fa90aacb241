/** What the demo shows: quiet and aligned; colours only where the terminal wants them. */
import { styleText } from 'node:util';
import { table } from '../../agent/cli/print.ts';
import { resellerMail } from './site.ts';

type Style = Parameters<typeof styleText>[0];

/** A mail that arrived, with the time of the demo. */
export interface ArrivedMail {
  readonly number: number;
  readonly at: Date;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Where an answer goes. */
  readonly replyTo: string;
  readonly messageId: string;
  readonly raw: string;
  readonly file: string;
}

/** One CloudEvent that the endpoint got. */
export interface ArrivedEvent {
  readonly type: string;
  readonly subject: string;
  readonly says: string;
  /** Whether the signature of its request is right. */
  readonly signed: boolean;
}

/** One line of the status table. */
export interface StatusRow {
  readonly ups: string;
  readonly snmp: string;
  readonly replaceBy: string;
  readonly says: readonly string[];
  readonly mood: 'well' | 'event' | 'trouble';
}

export interface ScreenOptions {
  readonly write: (text: string) => void;
  readonly colour: boolean;
  readonly columns: () => number;
}

const widest = 100;

export class Screen {
  readonly #options: ScreenOptions;

  constructor(options: ScreenOptions) {
    this.#options = options;
  }

  line(text = ''): void {
    this.#options.write(`${text}\n`);
  }

  /** Without a line end, for a prompt. */
  ask(text: string): void {
    this.#options.write(text);
  }

  heading(text: string): void {
    const rule = '─'.repeat(Math.max(3, Math.min(this.#columns(), 78) - text.length - 4));
    this.line();
    this.line(this.paint('bold', `── ${text} ${rule}`));
  }

  note(text: string): void {
    this.line(this.paint('dim', text));
  }

  good(text: string): void {
    this.line(`${this.paint('green', '✓')} ${text}`);
  }

  bad(text: string): void {
    this.line(`${this.paint('red', '✗')} ${text}`);
  }

  status(rows: readonly StatusRow[]): void {
    const head = ['UPS', 'SNMP', 'REPLACE BY', 'OPEN'];
    const lines = rows.flatMap(({ ups, snmp, replaceBy, says }) =>
      says.map((text, index) => (index === 0 ? [ups, snmp, replaceBy, text] : ['', '', '', text])),
    );
    const moods = rows.flatMap(({ says, mood }) => says.map(() => mood));
    const [first = '', ...rest] = table([head, ...lines]).split('\n');
    this.line(this.paint('dim', first));
    const styles = { well: 'green', event: 'yellow', trouble: 'magenta' } as const;
    rest.forEach((text, index) => {
      const said = lines[index]?.[3] ?? '';
      const start = text.length - said.length;
      this.line(text.slice(0, start) + this.paint(styles[moods[index] ?? 'well'], text.slice(start)));
    });
  }

  /** One line: who gets what. */
  mailLine({ number, at, to, subject }: ArrivedMail): void {
    const head = `${String(number).padStart(4)}  ${moment(at).slice(0, 10)}  ${this.#recipient(to)}  `;
    this.line(`${this.paint('cyan', 'mail')}${head}${this.#cut(subject, head.length + 4)}`);
  }

  mailInFull(mail: ArrivedMail): void {
    const bar = this.paint('cyan', '│');
    const line = (text: string): void => this.line(`${bar} ${text}`.trimEnd());
    this.line();
    this.line(this.paint('cyan', `┌─ mail ${mail.number}, ${moment(mail.at)}`));
    line(`From:    ${mail.from}`);
    line(`To:      ${mail.to}`);
    line(`Subject: ${this.paint('bold', mail.subject)}`);
    line('');
    for (const text of mail.text.trimEnd().split('\n')) line(text);
    this.line(this.paint('cyan', `└─ ${mail.file}`));
  }

  event({ type, subject, says, signed }: ArrivedEvent): void {
    const name = type.replace('io.upsteward.', '').padEnd(18);
    const head = `${name}  ${subject.padEnd(14)}  `;
    const room = head.length + 10;
    const text = `endpoint  ${head}${this.#cut(says, room)}`;
    this.line(signed ? this.paint('dim', text.trimEnd()) : this.paint('red', `${text}  WRONG SIGNATURE`));
  }

  /** Aligned columns, cut at the width of the terminal. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const [first = '', ...rest] = table([head, ...rows]).split('\n');
    this.note(first);
    for (const text of rest) this.line(this.#cut(text, 0));
  }

  /** Text that fits the terminal from a column on. */
  #cut(text: string, from: number): string {
    const room = Math.max(20, this.#columns() - from - 1);
    return text.length > room ? `${text.slice(0, room - 1).trimEnd()}…` : text;
  }

  #recipient(to: string): string {
    return to === resellerMail ? 'to reseller' : 'to customer';
  }

  #columns(): number {
    return Math.min(widest, this.#options.columns());
  }

  paint(style: Style, text: string): string {
    return this.#options.colour ? styleText(style, text, { validateStream: false }) : text;
  }
}

/** `Mon 23 Nov 2026 07:30`, in the time zone of this machine. */
export function moment(at: Date): string {
  const part = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat('en-GB', options).format(at);
  const date = [
    part({ weekday: 'short' }),
    part({ day: '2-digit' }),
    part({ month: 'short' }),
    part({ year: 'numeric' }),
  ];
  return `${date.join(' ')} ${part({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}`;
}
