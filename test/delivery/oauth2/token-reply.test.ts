import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OAuth2Error } from '../../../agent/delivery/oauth2/oauth2-error.ts';
import { readTokenReply, type TokenQuestion, type TokenReply } from '../../../agent/delivery/oauth2/token-reply.ts';

const question: TokenQuestion = {
  where: 'https://login.example.com/token',
  grant: 'refresh_token',
  secrets: ['s3cret-of-client', 'r3fresh'],
};
const read = (status: number, body: unknown, rest: Partial<TokenReply & TokenQuestion> = {}) =>
  readTokenReply(
    { status, body: typeof body === 'string' ? body : JSON.stringify(body), retryAfter: rest.retryAfter },
    { ...question, ...(rest.grant ? { grant: rest.grant } : {}) },
  );

function refusal(...args: Parameters<typeof read>): OAuth2Error {
  try {
    read(...args);
  } catch (error) {
    if (error instanceof OAuth2Error) return error;
    throw error;
  }
  throw new Error('it holds a token');
}

describe('a reply of a token endpoint', () => {
  it('holds a token, how long it lives, and perhaps the next refresh token', () => {
    expect(read(200, { access_token: 'a', token_type: 'bearer', expires_in: 3599, more: {} })).toEqual({
      accessToken: 'a',
      lifetimeMs: 3_599_000,
    });
    expect(read(200, { access_token: 'a', expires_in: '3599', refresh_token: 'b' })).toEqual({
      accessToken: 'a',
      lifetimeMs: 3_599_000,
      refreshToken: 'b',
    });
    expect(read(200, { access_token: 'a', expires_in: -1 }).lifetimeMs).toBe(300_000);
  });

  it.each([
    ['no token', {}],
    ['a token of another kind', { access_token: 'a', token_type: 'mac' }],
    ['a token that would end its line', { access_token: 'a\r\nQUIT' }],
    ['a token that would end its field', { access_token: 'a\u0001auth=Bearer b' }],
    ['a page', '<html>Sign in</html>'],
    ['a list', []],
  ])('is not taken for one with %s', (_name, body) => {
    const error = refusal(200, body);
    expect(error).toMatchObject({ code: 'misconfigured', retry: false });
    expect(error.message).toContain('does not answer like a token endpoint: something that holds no access token.');
  });

  it.each([
    [401, 'invalid_client', /Whoever registered it there must compare/],
    [400, 'invalid_grant', /The user must allow the application anew/],
    [400, 'unauthorized_client', /An administrator there must allow it/],
    [400, 'invalid_scope', /Check oauth2\.scope/],
    [400, 'interaction_required', /The user must allow the application anew in a browser/],
    [400, 'invalid_request', /Check the section oauth2 of the config/],
    [400, 'unsupported_grant_type', /Check the section oauth2 of the config/],
  ])('%i %s says who must do what, and that waiting does not help', (status, code, todo) => {
    const error = refusal(status, { error: code });
    expect(error).toMatchObject({ code: 'auth', retry: false, reason: code });
    expect(error.message).toMatch(todo);
  });

  it('means the application itself where no user gave a refresh token', () => {
    expect(refusal(400, { error: 'invalid_grant' }, { grant: 'client_credentials' }).message).toContain(
      'does not let the application in',
    );
  });

  it('is the same message each time, without what Microsoft numbers', () => {
    const description = (trace: string) =>
      `AADSTS7000215: Invalid client secret provided.\r\nTrace ID: ${trace}\r\nCorrelation ID: ${trace}\r\nTimestamp: ${trace}`;
    const said = (trace: string) =>
      refusal(401, { error: 'invalid_client', error_description: description(trace) }).message;
    expect(said('one')).toBe(said('other'));
    expect(said('one')).toMatch(/It answered "invalid_client: AADSTS7000215: Invalid client secret provided\."\.$/);
    const inOneLine = 'AADSTS50034: unknown user. Trace ID: 1 Correlation ID: 2 Timestamp: 3';
    expect(refusal(400, { error: 'invalid_grant', error_description: inOneLine }).message).toMatch(
      /unknown user\."\.$/,
    );
  });

  it.each([408, 429, 500, 502, 503])('%i passes by itself', (status) => {
    expect(refusal(status, 'busy', { retryAfter: 5000 })).toMatchObject({
      code: 'deferred',
      retry: true,
      retryAfter: 5000,
    });
  });

  it('passes by itself where the provider says so in words', () => {
    expect(refusal(400, { error: 'temporarily_unavailable' })).toMatchObject({ code: 'deferred', retry: true });
    expect(refusal(500, { error: 'invalid_grant' })).toMatchObject({ code: 'auth', retry: false });
  });

  it.each([302, 403, 404])('%i without an error of OAuth2 is no token endpoint', (status) => {
    const error = refusal(status, '<html>\n<b>nothing here');
    expect(error).toMatchObject({ code: 'misconfigured', retry: false });
    expect(error.message).toContain(`${status} <html> <b>nothing here`);
  });

  it('never repeats a secret, and is one line, whatever it holds', () => {
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .record({ error: fc.string(), error_description: fc.string({ unit: 'binary' }) })
        .map((each) => JSON.stringify(each)),
    );
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), body, fc.nat(400), (status, text, at) => {
        const held = `${text.slice(0, at)}s3cret-of-client r3fresh${text.slice(at)}`;
        try {
          read(status, held);
        } catch (error) {
          expect(error).toBeInstanceOf(OAuth2Error);
          expect(String(error)).not.toMatch(/s3cret-of-client|r3fresh|[\p{Cc}]/u);
        }
      }),
    );
  });
});
