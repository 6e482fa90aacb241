/** Buttons of a mail: a page to open, or a mail that is ready to be sent. */
import { type AnswerWays, mailto } from '../ways.ts';
import type { Block } from './document.ts';
import type { Texts } from './texts/catalogue.ts';

/** One button that opens a page. */
export function pageAction(label: string, page: string, t: Texts): Block {
  return { kind: 'actions', actions: [{ label, href: page, plain: [t.action.open({ label }), page] }] };
}

/** A button for each answer that can be given by a mail of its own. */
export function letterActions(
  kinds: readonly ('accept' | 'decline' | 'optOut')[],
  { letters }: AnswerWays,
  t: Texts,
  company: string,
): Block {
  const actions = kinds.flatMap((kind) => {
    const letter = letters?.[kind];
    if (letter === undefined) return [];
    const label = t.action[kind];
    const words = t.action.write({ label, address: letter.address });
    return [{ label, href: mailto(letter, t.letter[kind]({ company })), plain: [words, letter.subject] as const }];
  });
  return { kind: 'actions', actions };
}
