/** Asks for access tokens over HTTP (RFC 6749 section 3.2): the thin edge. Follows no redirect. */
import { request } from 'undici';
import { createDispatcher, firstWords, orAborted } from '../http.ts';
import { failureOf, parseRetryAfter } from '../http-errors.ts';
import { OAuth2Error } from './oauth2-error.ts';
import { type GrantedToken, readTokenReply } from './token-reply.ts';

export interface TokenEndpointOptions {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly scope?: string;
  /** Where the proxy settings come from; usually `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Milliseconds for one request as a whole. */
  readonly timeoutMs?: number;
}

export interface TokenEndpoint {
  /** @param refreshToken absent: the application asks for itself (`client_credentials`) @throws OAuth2Error */
  ask(refreshToken?: string): Promise<GrantedToken>;
  /** Ends what is under way. */
  close(): void;
}

export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const { clientId, clientSecret, scope, env, now, timeoutMs = 30_000 } = options;
  const url = new URL(options.url);
  const where = `${url.origin}${url.pathname}`;
  const dispatcher = createDispatcher({ env });
  const stopping = new AbortController();

  return {
    ask: async (refreshToken) => {
      const grant = refreshToken === undefined ? 'client_credentials' : 'refresh_token';
      const form = new URLSearchParams({ grant_type: grant, client_id: clientId });
      if (clientSecret !== undefined) form.set('client_secret', clientSecret);
      if (refreshToken !== undefined) form.set('refresh_token', refreshToken);
      if (scope !== undefined) form.set('scope', scope);
      const question = { where, grant, secrets: [clientSecret ?? '', refreshToken ?? ''] } as const;
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const signal = AbortSignal.any([deadline, stopping.signal]);
        const { statusCode, headers, body } = await orAborted(signal, () =>
          request(url, {
            method: 'POST',
            dispatcher,
            signal,
            headers: {
              'content-type': 'application/x-www-form-urlencoded',
              accept: 'application/json',
              'user-agent': 'upsteward',
            },
            body: form.toString(),
          }),
        );
        const wait = headers['retry-after'];
        const retryAfter = parseRetryAfter(typeof wait === 'string' ? wait : undefined, now());
        return readTokenReply({ status: statusCode, body: await firstWords(body), retryAfter }, question);
      } catch (error) {
        throw error instanceof OAuth2Error ? error : unanswered(error, where, deadline.aborted);
      }
    },
    close: () => {
      stopping.abort(new Error('upsteward is stopping'));
      dispatcher.destroy().catch(() => undefined);
    },
  };
}

/** The way to the endpoint failed: it is tried again in any case. */
function unanswered(error: unknown, where: string, late: boolean): OAuth2Error {
  const { kind, words } = late ? ({ kind: 'timeout', words: 'no answer in time' } as const) : failureOf(error);
  const [code, check] = (
    {
      tls: ['tls', 'check its certificate; a private authority is named in NODE_EXTRA_CA_CERTS'],
      timeout: ['timeout', 'check the network, the firewall and the proxy'],
      proxy: ['misconfigured', 'the proxy does not let this agent through; check HTTPS_PROXY and NO_PROXY'],
      unreachable: ['unreachable', 'check the network, the name service and the proxy'],
    } as const
  )[kind];
  const text = `No access token from ${where} (${words}): ${check}.`;
  return new OAuth2Error(code, text, { retry: true, cause: error });
}
