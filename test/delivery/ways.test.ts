import { describe, expect, it } from 'vitest';
import { composeMail } from '../../agent/delivery/mail/compose.ts';
import { seal, shown, unseal } from '../../agent/delivery/seal.ts';
import { answerWays, mailto, replyAddress } from '../../agent/delivery/ways.ts';
import { dueUnit, everyMail, everyWay, invitation, noticeMail, token } from './mail/samples.ts';

describe('the ways back', () => {
  it('are those that are configured', () => {
    expect(answerWays(undefined, token)).toEqual({});
    expect(answerWays({ publicUrl: 'https://ups.example.com' }, token)).toEqual({
      page: `https://ups.example.com/answer/${token}`,
    });
    const mailbox = { address: 'answers@example.com', plusAddressing: false };
    expect(answerWays({ mailbox }, token).letters?.optOut).toEqual({
      address: 'answers@example.com',
      subject: `OPT-OUT ${token}`,
    });
  });

  it.each([
    ['answers@example.com', false, 'answers@example.com'],
    ['answers@example.com', true, `answers+${token}@example.com`],
    // The name of a mailbox has 64 characters at most.
    [`${'a'.repeat(37)}@example.com`, true, `${'a'.repeat(37)}+${token}@example.com`],
    [`${'a'.repeat(38)}@example.com`, true, `${'a'.repeat(38)}@example.com`],
  ])('a reply to %s (plus addressing %s) goes to %s', (address, plusAddressing, expected) => {
    expect(replyAddress({ address, plusAddressing }, token)).toBe(expected);
  });

  it('leave nothing in a mailto that would end it', () => {
    const href = mailto({ address: "o'neil+x@example.com", subject: 'A & B? <"C">\r\nBcc: x' }, 'one\r\ntwo & three');
    expect(href).toMatch(/^mailto:o%27neil%2Bx@example\.com\?subject=[^&?"<>\s]+&body=[^&?"<>\s]+$/);
    expect(new URL(href).searchParams.get('subject')).toBe('A & B? <"C"> Bcc: x');
  });
});

describe('sealed words', () => {
  const secrets = { token, code: 'K7QM-2ZXD' };

  it('hold neither token nor code, and leave as they were', () => {
    for (const content of everyMail) {
      const words = composeMail(content, 'de');
      const kept = JSON.parse(JSON.stringify(seal(words, secrets)));
      expect(JSON.stringify(kept)).not.toMatch(new RegExp(`${token}|K7QM-2ZXD`));
      expect(unseal(kept, secrets)).toEqual(words);
    }
    expect(seal(composeMail({ ...invitation, ways: everyWay }, 'en'), secrets).html).toContain('\ufdd0');
  });

  it('cannot be opened by a value that looks like a seal', () => {
    const company = 'A\ufdd0B\ufdd1C';
    const words = composeMail(noticeMail([dueUnit], { company, ways: everyWay }), 'en');
    expect(unseal(seal(words, secrets), secrets)).toEqual(words);
    expect(words.text).toContain('ABC');
  });

  it('are shown with a gap', () => {
    const { text } = seal(composeMail({ ...invitation, ways: everyWay }, 'en'), secrets);
    expect(shown(text)).toContain('····-····');
    expect(shown(text)).toContain(`/answer/${'·'.repeat(26)}`);
    expect(shown(text)).not.toMatch(/[\ufdd0\ufdd1]/);
  });
});
