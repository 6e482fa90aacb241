/**
 * The words of a mail while they are kept: token and code are taken out, and put back when the mail leaves. In their
 * place stand characters that are no text (Unicode noncharacters), which `clean` removes from every value.
 */
import type { ComposedMail } from './mail/content.ts';

interface Secrets {
  readonly token: string;
  readonly code: string;
}

const places = { token: '\ufdd0', code: '\ufdd1' } as const;

/** The words without token and code. */
export function seal(words: ComposedMail, secrets: Secrets | undefined): ComposedMail {
  if (secrets === undefined) return words;
  return each(words, (text) => text.replaceAll(secrets.token, places.token).replaceAll(secrets.code, places.code));
}

/** The words as they leave. */
export function unseal(words: ComposedMail, secrets: Secrets | undefined): ComposedMail {
  if (secrets === undefined) return words;
  return each(words, (text) => text.replaceAll(places.token, secrets.token).replaceAll(places.code, secrets.code));
}

/** A sealed text as it is shown: something was here. */
export function shown(text: string): string {
  return text.replaceAll(places.token, '·'.repeat(26)).replaceAll(places.code, '····-····');
}

function each({ subject, text, html }: ComposedMail, change: (text: string) => string): ComposedMail {
  return { subject: change(subject), text: change(text), html: change(html) };
}
