/** YAML's own mistakes in plain words. The library's texts may repeat a part of the file, and so a secret: not these. */
import type { ErrorCode } from 'yaml';

const quoteIt = 'put the value in quotes';
const indent = 'indent with spaces, and all keys of one section alike';

const texts: { readonly [code in ErrorCode]: string } = {
  ALIAS_PROPS: `a value begins with * or &; ${quoteIt}`,
  BAD_ALIAS: `a value begins with *; ${quoteIt}`,
  BAD_COLLECTION_TYPE: `a value begins with !; ${quoteIt}`,
  BAD_DIRECTIVE: `a line begins with %; ${quoteIt}`,
  BAD_DQ_ESCAPE: 'a text in double quotes has a backslash that means nothing; write \\\\ or use single quotes',
  BAD_INDENT: `this line is not indented like its neighbours; ${indent}`,
  BAD_PROP_ORDER: `& and ! stand at the wrong place; ${quoteIt}`,
  BAD_SCALAR_START: `a value begins with a character that YAML keeps for itself; ${quoteIt}`,
  BLOCK_AS_IMPLICIT_KEY: `a key has two values in one line; ${quoteIt} if it holds ": "`,
  BLOCK_IN_FLOW: 'a list or section with one line per item stands inside { } or [ ]; write all of it in one style',
  DUPLICATE_KEY: 'a key is written twice; keep one of the two',
  IMPOSSIBLE: 'this cannot be read as YAML; compare it with the sample file',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters; write a plain word before the colon',
  MISSING_CHAR: 'something is missing here; write a space after each ":" and "-", and close each quote and bracket',
  MULTILINE_IMPLICIT_KEY:
    'a key goes over more than one line; write `key: value` in one line, and check the line above for its colon',
  MULTIPLE_ANCHORS: `two names begin with & at one value; ${quoteIt}`,
  MULTIPLE_DOCS: 'a second document begins here; remove the line `---`',
  MULTIPLE_TAGS: `two words begin with ! at one value; ${quoteIt}`,
  NON_STRING_KEY: 'this is not a key; write a plain word before the colon',
  RESOURCE_EXHAUSTION: 'this is nested too deeply; compare it with the sample file',
  TAB_AS_INDENT: `this line is indented with a tab; ${indent}`,
  TAG_RESOLVE_FAILED: `a value begins with !; ${quoteIt}`,
  UNEXPECTED_TOKEN:
    'this is not expected here; check the quotes, brackets and colons of this line and of the one above',
};

export const neverClosed =
  'a quote or bracket is opened here and never closed; close it with the same quote or its bracket';

/** Mistakes of one value that leave the lines around it readable. */
const local: ReadonlySet<string> = new Set<ErrorCode>([
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
  'DUPLICATE_KEY',
  'TAG_RESOLVE_FAILED',
]);

/** What is wrong and what to write instead. */
export function explainSyntax(code: ErrorCode): string {
  return texts[code];
}

export function isLocal(code: ErrorCode): boolean {
  return local.has(code);
}
