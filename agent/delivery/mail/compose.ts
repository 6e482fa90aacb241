import type { ComposedMail, Language, MailContent } from './content.ts';

/** Puts a mail into words: subject, plain text and HTML, which say the same. Pure. */
export function composeMail(content: MailContent, language: Language): ComposedMail {
  throw new Error(`not built yet: ${content.kind} in ${language}`);
}
