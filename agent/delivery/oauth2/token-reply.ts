/** What a token endpoint answers (RFC 6749 section 5), as a token or as an error that says who must do what. Pure. */
import { z } from 'zod';
import { hide } from '../hide.ts';
import { clean } from '../mail/clean.ts';
import { steady } from '../steady.ts';
import { OAuth2Error } from './oauth2-error.ts';

export interface GrantedToken {
  readonly accessToken: string;
  /** Milliseconds from the request on. */
  readonly lifetimeMs: number;
  /** Takes the place of the one that was given, where the provider hands out a new one. */
  readonly refreshToken?: string;
}

export interface TokenReply {
  readonly status: number;
  readonly body: string;
  /** Milliseconds from `Retry-After`. */
  readonly retryAfter?: number | undefined;
}

export interface TokenQuestion {
  /** The token endpoint, for messages. */
  readonly where: string;
  readonly grant: 'client_credentials' | 'refresh_token';
  /** Texts that must not appear in any message. */
  readonly secrets: readonly string[];
}

/** What can stand in a SASL message or an HTTP header (RFC 6750 section 2.1, in practice any visible ASCII). */
const token = z.string().regex(/^[\x21-\x7e]+$/);
const granted = z.object({
  access_token: token,
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .optional(),
  // Some providers write the number as a text.
  expires_in: z.coerce.number().positive().optional().catch(undefined),
  refresh_token: token.optional(),
});
const refused = z.object({ error: z.string(), error_description: z.string().optional().catch(undefined) });

/** Of a reply, no more is read. */
const longestReply = 16 * 1024;
/** Where the provider does not say how long a token lives. */
const assumedLifetimeMs = 5 * 60_000;

/** @throws OAuth2Error when the reply holds no token */
export function readTokenReply(reply: TokenReply, question: TokenQuestion): GrantedToken {
  const json = parseJson(reply.body);
  if (reply.status === 200) {
    const { success, data } = granted.safeParse(json);
    if (!success) throw notAnEndpoint(reply, question);
    const { access_token: accessToken, expires_in: seconds, refresh_token: refreshToken } = data;
    const lifetimeMs = seconds === undefined ? assumedLifetimeMs : seconds * 1000;
    return { accessToken, lifetimeMs, ...(refreshToken === undefined ? {} : { refreshToken }) };
  }
  const { success, data } = refused.safeParse(json);
  if (success && Object.hasOwn(refusals, data.error)) throw refusal(data.error, data.error_description, question);
  const { status, retryAfter } = reply;
  if (status === 408 || status === 429 || status >= 500 || (success && data.error === 'temporarily_unavailable')) {
    const text = `${question.where} gives no access tokens for now (${status}). It is asked again; nothing to do unless this lasts.`;
    throw new OAuth2Error('deferred', text, { retry: true, retryAfter });
  }
  if (success) throw refusal(data.error, data.error_description, question);
  throw notAnEndpoint(reply, question);
}

/** RFC 6749 section 5.2, and `interaction_required` of OpenID Connect: what happened, and who must do what. */
const refusals: Readonly<Record<string, string>> = {
  invalid_client:
    'does not know the application, or not with this secret. Whoever registered it there must compare its id with oauth2.clientId, and put a new secret in the place of oauth2.clientSecret where the old one has run out.',
  invalid_grant:
    'does not take the refresh token any more: it has run out or was withdrawn, or the user has a new password. The user must allow the application anew, and the new token must be put in the place of oauth2.refreshToken.',
  unauthorized_client:
    'does not let the application in this way. An administrator there must allow it: with a refresh token for the user who gave it, without one for the application itself.',
  invalid_scope: 'does not give what is asked for. Check oauth2.scope, and what the application is allowed there.',
  interaction_required:
    'wants to ask the user first. The user must allow the application anew in a browser, and the new token must be put in the place of oauth2.refreshToken.',
};

const otherRefusal = 'does not give an access token. Check the section oauth2 of the config with its words.';
const clientNotGranted =
  'does not let the application in. An administrator there must allow it to act for itself (client credentials).';

function refusal(reason: string, description: string | undefined, question: TokenQuestion): OAuth2Error {
  const ofClient = reason === 'invalid_grant' && question.grant === 'client_credentials';
  const what = ofClient ? clientNotGranted : (refusals[reason] ?? otherRefusal);
  const words = [reason, description && steady(description)].filter(Boolean).join(': ');
  const said = shown(words, 300, question.secrets);
  return new OAuth2Error('auth', `${question.where} ${what} It answered "${said}".`, { retry: false, reason });
}

function notAnEndpoint({ status, body }: TokenReply, { where, secrets }: TokenQuestion): OAuth2Error {
  // A page that is no answer may hold anything: of a whole answer that is only odd, nothing is repeated.
  const words = status === 200 ? 'something that holds no access token' : shown(`${status} ${body}`, 120, secrets);
  const text = `${where} does not answer like a token endpoint: ${words}. Check provider, tenant or tokenUrl in oauth2.`;
  return new OAuth2Error('misconfigured', text, { retry: false });
}

/** One line without secrets, also where something invisible or the end of the line cuts them. */
function shown(text: string, max: number, secrets: readonly string[]): string {
  return clean(hide(clean(text, longestReply), secrets), max);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
