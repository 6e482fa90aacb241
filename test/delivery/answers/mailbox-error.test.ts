import { describe, expect, it } from 'vitest';
import { explainMailbox, type MailboxContext } from '../../../agent/delivery/answers/mailbox-error.ts';

const context: MailboxContext = {
  server: 'mail.example.com:993',
  folder: 'INBOX',
  secrets: ['s3cret'],
  byToken: false,
};
/** As imapflow throws where the server refuses. */
const no = (responseText: string, more: object = {}) =>
  Object.assign(new Error('Command failed'), { responseText, authenticationFailed: true, ...more });

describe('what is said of a mailbox that cannot be read', () => {
  it.each([
    ['a password', false, /Check answers\.user and its password/],
    ['an access token', true, /The access token was given, so check answers\.user/],
  ])('whose server refuses %s', (_name, byToken, todo) => {
    const error = explainMailbox(no('AUTHENTICATE failed.'), { ...context, byToken });
    expect(error).toMatchObject({ code: 'auth', retry: true });
    expect(error.message).toContain('"AUTHENTICATE failed."');
    expect(error.message).toMatch(todo);
  });

  it('whose server cannot ask for now: nobody need look for another password', () => {
    const error = explainMailbox(no('Temporary failure', { serverResponseCode: 'UNAVAILABLE' }), context);
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.message).not.toContain('password');
  });

  it('is the same each time', () => {
    const at = (time: string) => explainMailbox(no(`Authentication failed. [mx:2031-03-10 ${time}]`), context).message;
    expect(at('08:00:00')).toBe(at('08:15:00'));
  });

  it('repeats no secret, plain or in base64', () => {
    const { message } = explainMailbox(no(`s3cret ${Buffer.from('s3cret').toString('base64')}`), context);
    expect(message).toContain('"<secret> <secret>"');
  });
});
