/** The lines of RFC 9271: words, quoted where they need it, ended by LF. */

const longestWord = 4096;

/** A text in quotes, with `"` and `\` escaped (RFC 9271, section 4.1). */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** The words of a line; `undefined` where a quote is left open or a word is absurdly long. */
export function wordsOf(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === ' ' || line[at] === '\t') at += 1;
    if (at >= line.length) return words;
    const word = line[at] === '"' ? quotedWord(line, at + 1) : plainWord(line, at);
    if (word === undefined || word.text.length > longestWord) return undefined;
    words.push(word.text);
    at = word.end;
  }
}

interface Word {
  readonly text: string;
  readonly end: number;
}

function plainWord(line: string, from: number): Word {
  let end = from;
  while (end < line.length && line[end] !== ' ' && line[end] !== '\t') end += 1;
  return { text: line.slice(from, end), end };
}

function quotedWord(line: string, from: number): Word | undefined {
  let text = '';
  for (let at = from; at < line.length; at += 1) {
    if (line[at] === '"') return { text, end: at + 1 };
    if (line[at] === '\\') at += 1;
    text += line[at] ?? '';
  }
  return undefined;
}

/** What a line says in UTF-8, or in Latin-1 where it is not UTF-8. */
export function decoded(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return (text.includes('\uFFFD') ? bytes.toString('latin1') : text).replaceAll('\0', '');
}

/** Cuts a stream of bytes into lines without their ends. */
export class LineCutter {
  readonly #longest: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Bytes of a line that is not complete. */
  get pending(): number {
    return this.#rest.length;
  }

  /** The lines that this chunk completes; `undefined` when one is longer than allowed. */
  cut(chunk: Buffer): readonly string[] | undefined {
    const lines: string[] = [];
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      lines.push(decoded(bytes.subarray(from, end)).replace(/\r$/, ''));
      from = end + 1;
    }
    this.#rest = bytes.subarray(from);
    return this.#rest.length > this.#longest ? undefined : lines;
  }
}
