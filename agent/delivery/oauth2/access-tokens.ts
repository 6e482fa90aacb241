/** Access tokens for every login of the agent: asked for when they are needed, by one request for all who wait. */
import type { KeptToken } from './kept-token.ts';
import { OAuth2Error } from './oauth2-error.ts';
import type { TokenEndpoint } from './token-endpoint.ts';

/**
 * An access token that is good for now.
 * @param refused one that a server has just turned down: the answer is another one, or the same where that is so new that
 *   its age cannot be the reason
 * @throws OAuth2Error
 */
export type AccessTokens = (refused?: string) => Promise<string>;

/** Does something with an access token, and where that is turned down, once more with another one. @throws OAuth2Error */
export async function withAccessToken<T>(
  tokens: AccessTokens,
  work: (token: string) => Promise<T>,
  wasRefused: (error: unknown) => boolean,
): Promise<T> {
  const token = await tokens();
  try {
    return await work(token);
  } catch (error) {
    const another = wasRefused(error) ? await tokens(token) : token;
    if (another === token) throw error;
    return await work(another);
  }
}

export interface AccessTokensParts {
  readonly endpoint: Pick<TokenEndpoint, 'ask'>;
  readonly now: () => Date;
  readonly log: (level: 'error', code: string, message: string) => void;
  /** The token in the config, and where newer ones are kept; absent: the application asks for itself. */
  readonly refresh?: { readonly configured: string; readonly kept: KeptToken };
}

/** A token is renewed so long before its end, or at half its life. */
const marginMs = 5 * 60_000;
/** A token that is refused at this age is refused for another reason. */
const newMs = 60_000;
/** After a failure the provider is left alone for so long: where it may pass, and where somebody must act first. */
const patienceMs = { passing: 30_000, lasting: 60_000 };
const longestPatienceMs = 3_600_000;
/** The token of the config, the one kept, and one that another process kept meanwhile. */
const mostTokensTried = 3;

export function createAccessTokens(parts: AccessTokensParts): AccessTokens {
  const { endpoint, log } = parts;
  const now = (): number => parts.now().getTime();
  let current: { readonly token: string; readonly from: number; readonly until: number } | undefined;
  let failure: { readonly error: OAuth2Error; readonly from: number; readonly until: number } | undefined;
  let asking: Promise<string> | undefined;
  /** Handed out by the provider, and so far nowhere but here. */
  let unwritten: string | undefined;

  /** A clock that was set back proves nothing. */
  const holds = ({ from, until }: { from: number; until: number }): boolean => now() >= from && now() < until;

  const keep = async (kept: KeptToken, refreshToken: string): Promise<void> => {
    const isNew = unwritten === undefined;
    unwritten = refreshToken;
    try {
      await kept.write(refreshToken);
      unwritten = undefined;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const text = `The new refresh token cannot be written (${why}): it is lost when the agent stops or reads its config again. Make the state folder writable, and room in it.`;
      if (isNew) log('error', 'oauth2.not-kept', text);
    }
  };

  /** The newest refresh token first; one that is refused may have been replaced by another process meanwhile. */
  const byRefreshToken = async ({ configured, kept }: NonNullable<AccessTokensParts['refresh']>) => {
    const tried = new Set<string>();
    for (;;) {
      const known = [unwritten, await kept.read(), configured];
      const next = known.find((token) => token !== undefined && !tried.has(token)) ?? configured;
      tried.add(next);
      try {
        const granted = await endpoint.ask(next);
        const newest = granted.refreshToken ?? next;
        if (newest !== (known[1] ?? configured)) await keep(kept, newest);
        return granted;
      } catch (error) {
        const again = error instanceof OAuth2Error && error.reason === 'invalid_grant' && tried.size < mostTokensTried;
        const left = [await kept.read(), configured].some((token) => token !== undefined && !tried.has(token));
        if (!again || !left) throw error;
      }
    }
  };

  const ask = async (): Promise<string> => {
    const from = now();
    try {
      const granted = parts.refresh ? await byRefreshToken(parts.refresh) : await endpoint.ask();
      const { accessToken: token, lifetimeMs } = granted;
      current = { token, from, until: from + lifetimeMs - Math.min(marginMs, lifetimeMs / 2) };
      failure = undefined;
      return token;
    } catch (error) {
      if (error instanceof OAuth2Error) {
        const own = error.retry ? patienceMs.passing : patienceMs.lasting;
        const wait = Math.min(longestPatienceMs, Math.max(own, error.retryAfter ?? 0));
        failure = { error, from: now(), until: now() + wait };
      }
      throw error;
    }
  };

  return async (refused) => {
    if (current && current.token === refused && now() - current.from >= newMs) current = undefined;
    if (current && holds(current)) return current.token;
    if (failure && holds(failure)) throw failure.error;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return await asking;
  };
}
