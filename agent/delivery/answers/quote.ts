/**
 * The first line that somebody wrote themselves in a reply, however their mail program quotes. What is quoted never
 * counts, and of what stands below it only what comes after all of it.
 */

/** Of a long text, this much is looked at. */
const maxLines = 2000;

const isQuoted = (line: string): boolean => /^\s*[>|]/.test(line);
/** Lines that mail programs put above what they quote, or between a text and a signature. */
const divider = /^(-- ?$|[-_=*~]{5,}|-{2,}\s?\p{L}.*-{2,}$|(on|am|le|il|em|el|в|от)\s.{0,200}\p{N}.{0,200}[:：]\s*$)/iu;
const headerLine = /^\*?(from|von|de|da|от|от кого)\s?:/iu;
const nextHeaderLine =
  /^\*?(sent|gesendet|envoyé|inviato|enviado|enviada|отправлено|to|an|à|a|para|кому|date|datum|data|fecha|дата|subject|betreff|objet|oggetto|assunto|asunto|тема)( el| em)?\s?:/iu;

/** The first own line of a plain text, or `undefined` where there is none. */
export function firstOwnLine(text: string): string | undefined {
  const lines = text
    .slice(0, 200_000)
    .split(/\r\n|\r|\n/, maxLines)
    .map((line) => line.replace(/[\p{Default_Ignorable_Code_Point}\u00a0]+/gu, ' ').trimEnd());
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) return undefined;
  if (isQuoted(lines[first] ?? '') || startsWithAttribution(lines, first)) return ownLine(lines, lastQuoted(lines) + 1);
  return ownLine(lines, first);
}

function ownLine(lines: readonly string[], from: number): string | undefined {
  const at = lines.findIndex((line, index) => index >= from && line.trim() !== '');
  const line = lines[at]?.trim();
  if (line === undefined || divider.test(line)) return undefined;
  if (headerLine.test(line) && lines.slice(at + 1, at + 4).some((next) => nextHeaderLine.test(next.trim()))) {
    return undefined;
  }
  return line;
}

/** "On Monday, somebody wrote:", on up to four lines, with the quoted text right below. */
function startsWithAttribution(lines: readonly string[], first: number): boolean {
  for (let at = first; at < Math.min(lines.length, first + 4); at += 1) {
    if (/[:：]\s*$/.test(lines[at] ?? '')) {
      const next = lines.slice(at + 1).find((line) => line.trim() !== '');
      return next !== undefined && isQuoted(next);
    }
    if ((lines[at] ?? '').trim() === '') return false;
  }
  return false;
}

function lastQuoted(lines: readonly string[]): number {
  return lines.findLastIndex(isQuoted);
}

/** What begins a quoted part in HTML, by the mail program that writes it. */
const quoteMarks = [
  '<blockquote',
  'gmail_quote',
  'gmail_attr',
  'moz-cite-prefix',
  'moz-forward-container',
  'divrplyfwdmsg',
  'appendonsend',
  'mail-editor-reference-message-container',
  'outlookmessageheader',
  'yahoo_quoted',
  'protonmail_quote',
  'name="quote"',
  'id="isforwardcontent"',
  'border-top:solid',
  'border-top: solid',
  'border:none;border-top',
  '<hr',
];

/** HTML up to where a quote begins, as plain text with the lines that a reader sees. */
export function textOfHtml(html: string): string {
  const source = withoutHidden(html.slice(0, 200_000));
  const lower = source.toLowerCase();
  const marks = quoteMarks.map((mark) => lower.indexOf(mark)).filter((index) => index >= 0);
  const cut = marks.length === 0 ? source.length : tagStart(source, Math.min(...marks));
  return source
    .slice(0, cut)
    .replace(/[\r\n\t ]+/g, ' ')
    .replace(/<(?:br|\/p|\/div|\/li|\/tr|\/h[1-6]|p|div|li|tr|table)\b[^>]{0,2000}>/gi, '\n')
    .replace(/<[^>]{0,5000}>/g, '')
    .replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,8});/gi, (whole, name: string) => entity(name) ?? whole)
    .split('\n')
    .map((line) => line.trim())
    .join('\n');
}

const tagStart = (source: string, at: number): number => Math.max(0, source.lastIndexOf('<', at));

/** Without comments, styles and scripts. */
function withoutHidden(html: string): string {
  let rest = html;
  for (const [open, close] of [
    ['<!--', '-->'],
    ['<style', '</style>'],
    ['<script', '</script>'],
    ['<head', '</head>'],
  ] as const) {
    let kept = '';
    let from = 0;
    const lower = rest.toLowerCase();
    for (;;) {
      const start = lower.indexOf(open, from);
      if (start < 0) break;
      kept += rest.slice(from, start);
      const end = lower.indexOf(close, start);
      from = end < 0 ? rest.length : end + close.length;
    }
    rest = kept + rest.slice(from);
  }
  return rest;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function entity(name: string): string | undefined {
  if (!name.startsWith('#')) return entities[name.toLowerCase()];
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return Number.isInteger(code) && code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
    ? String.fromCodePoint(code)
    : undefined;
}
