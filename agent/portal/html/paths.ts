import type { Site } from '../../operations/desk.ts';

/** Addresses of pages that others lead to. A name is not part of a path: `..` and `/` would be. */
export const upsPath = (name: string, fragment?: string): string =>
  `/ups?name=${encodeURIComponent(name)}${fragment === undefined ? '' : `#${fragment}`}`;

/** A path on this page; anything else that a link or a form may hold leads to the start. */
export function localPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[\x20-\x5b\x5d-\x7e]*$/.test(path) ? path : '/';
}

/**
 * Where to go after UPS units were added: a reseller is offered, unless there is one or none is wanted.
 * @public
 */
export function afterAdding({ reseller }: Pick<Site, 'reseller'>): string {
  return reseller === undefined ? '/reseller?offer=1' : '/';
}
