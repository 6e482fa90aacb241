/** A mail as a document: the one source of the plain text and of the HTML. */

/** One event of a unit with its sentences. */
export interface DocumentItem {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Something to press; `plain` says the same where nothing can be pressed, its last line to copy as it is. */
export interface Action {
  readonly label: string;
  /** `https:` or `mailto:`. */
  readonly href: string;
  readonly plain: readonly [words: string, copied: string];
}

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  /** Small print. */
  | { readonly kind: 'note'; readonly text: string }
  /** What the reader must see at once: the events of a unit. */
  | { readonly kind: 'items'; readonly items: readonly DocumentItem[] }
  | { readonly kind: 'rows'; readonly rows: readonly (readonly [label: string, value: string])[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** Something to copy letter by letter. */
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'actions'; readonly actions: readonly Action[] }
  | { readonly kind: 'rule' };

export interface MailDocument {
  readonly language: string;
  readonly subject: string;
  readonly blocks: readonly Block[];
}
