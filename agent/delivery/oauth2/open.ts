/** The source of access tokens, put together from plain values. */
import { type AccessTokens, type AccessTokensParts, createAccessTokens } from './access-tokens.ts';
import { keptToken } from './kept-token.ts';
import { createTokenEndpoint, type TokenEndpointOptions } from './token-endpoint.ts';

export interface OAuth2Options extends Omit<TokenEndpointOptions, 'timeoutMs'>, Pick<AccessTokensParts, 'log'> {
  /** Absent: the application asks for itself (`client_credentials`). */
  readonly refreshToken?: string;
  /** The file in which newer refresh tokens are kept. */
  readonly keepIn: string;
}

export interface OAuth2 {
  readonly accessTokens: AccessTokens;
  /** Ends what is under way; may be called twice. */
  close(): void;
}

/** Does nothing until a token is asked for. */
export function openOAuth2({ refreshToken, keepIn, log, ...options }: OAuth2Options): OAuth2 {
  const endpoint = createTokenEndpoint(options);
  const { url, clientId, now } = options;
  const refresh = refreshToken && {
    configured: refreshToken,
    kept: keptToken(keepIn, { url, clientId, refreshToken }),
  };
  const accessTokens = createAccessTokens({ endpoint, now, log, ...(refresh ? { refresh } : {}) });
  return { accessTokens, close: () => endpoint.close() };
}
