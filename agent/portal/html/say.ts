/** What was done or refused is said on the next page: it travels in the address, sealed, so that nobody else can say it. */
import type { PortalContext } from '../desk.ts';

export interface Said {
  readonly kind: 'done' | 'refused';
  readonly text: string;
}

/** To a page, with a word on top of it. 303: reloading it does nothing again. */
export function goTo(c: PortalContext, path: string, said: Said): Response {
  const [target = '', fragment] = path.split('#');
  const data = Buffer.from(JSON.stringify(said)).toString('base64url');
  const word = `${data}.${c.get('seal').of('say', principalOf(c), data)}`;
  const separator = target.includes('?') ? '&' : '?';
  return c.redirect(`${target}${separator}say=${word}${fragment === undefined ? '' : `#${fragment}`}`, 303);
}

/** The word that came with the address, if it is one of ours. */
export function saidOf(c: PortalContext): Said | undefined {
  const [data = '', seal = ''] = c.req.query('say')?.split('.') ?? [];
  if (data === '' || !c.get('seal').fits(seal, 'say', principalOf(c), data)) return undefined;
  return JSON.parse(Buffer.from(data, 'base64url').toString()) as Said;
}

const principalOf = (c: PortalContext): string => c.get('visitor')?.principal ?? 'nobody';
