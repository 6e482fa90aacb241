/** A text in which pieces are replaced. New lines end as those of the text do. */
import { commentsIn, nextLine, type Span } from './text-places.ts';

export class Splicer {
  #text: string;
  readonly #lineEnd: string;

  constructor(text: string) {
    this.#text = text;
    this.#lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n';
  }

  toString(): string {
    return this.#text;
  }

  splice({ start, end }: Span, text: string): void {
    const lines = text.replaceAll(/\r?\n/g, this.#lineEnd);
    this.#text = `${this.#text.slice(0, start)}${lines}${this.#text.slice(end)}`;
  }

  /** Puts whole lines before the line that begins at `at`, or behind a last line that has no end. */
  insertLines(at: number, lines: string): void {
    const open = at > 0 && this.#text[at - 1] !== '\n' && this.#text[at - 1] !== '\uFEFF';
    this.splice({ start: at, end: at }, `${open ? '\n' : ''}${lines}`);
  }

  /** Removes whole lines, but not the comments in them. */
  removeLines(start: number, end: number): void {
    const span = { start, end: this.#text[end - 1] === '\n' ? end : nextLine(this.#text, end) };
    const kept = commentsIn(this.#text, span).map((comment) => `${comment.trimEnd()}\n`);
    this.splice(span, kept.join(''));
  }

  /** Puts a value in the place of another, or of none: then a blank stands before it. */
  fill({ start, end }: Span, value: string): void {
    const lineEnd = this.#text[end - 1] === '\n' && end > start ? '\n' : '';
    if (end > start) this.splice({ start, end }, `${value}${lineEnd}`);
    else {
      const from = this.afterColon(start);
      this.splice({ start: from, end: from }, ` ${value}`);
    }
  }

  /** Goes back over the blanks before a value that is not there. */
  afterColon(offset: number): number {
    let at = offset;
    while (this.#text[at - 1] === ' ' || this.#text[at - 1] === '\t') at -= 1;
    return at;
  }
}
