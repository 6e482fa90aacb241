/** Addresses of pages that others lead to. A name is not part of a path: `..` and `/` would be. */
export const upsPath = (name: string, fragment?: string): string =>
  `/ups?name=${encodeURIComponent(name)}${fragment === undefined ? '' : `#${fragment}`}`;
