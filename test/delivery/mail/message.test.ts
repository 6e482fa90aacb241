import { simpleParser } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../../../agent/delivery/channel.ts';
import { buildMessage, type MailEnvelope, messageId, parseAddress } from '../../../agent/delivery/mail/message.ts';
import { envelope, plainMail } from './samples.ts';

const parsed = async (rest: Partial<MailEnvelope> = {}) =>
  simpleParser(await new MailComposer(buildMessage(plainMail, envelope(rest))).compile().build());

describe('the headers', () => {
  it('say that a machine writes, and to whom to write for opting out', async () => {
    const mail = await parsed({
      unsubscribe: { letter: { address: 'ada@mueller.example', subject: 'opt out & more' } },
    });
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.headers.get('x-auto-response-suppress')).toBe('All');
    const line = mail.headerLines.find(({ key }) => key === 'list-unsubscribe')?.line.replace(/\r\n\s/g, ' ');
    expect(line).toBe('List-Unsubscribe: <mailto:ada@mueller.example?subject=opt%20out%20%26%20more>');
    expect([...mail.headers.keys()]).not.toContain('list-unsubscribe-post');
    expect([...mail.headers.keys()]).not.toContain('precedence');
  });

  it('offer one click where there is a page for it (RFC 8058), and a mail besides', async () => {
    const page = 'https://ups.example.com/answer/7M3Q/opt-out';
    const letter = { address: 'answers@mueller.example', subject: 'OPT-OUT 7M3Q' };
    const mail = await parsed({ unsubscribe: { letter, page } });
    const line = (name: string) => mail.headerLines.find(({ key }) => key === name)?.line.replace(/\r\n\s/g, ' ');
    expect(line('list-unsubscribe')).toBe(
      `List-Unsubscribe: <${page}>, <mailto:answers@mueller.example?subject=OPT-OUT%207M3Q>`,
    );
    expect(line('list-unsubscribe-post')).toBe('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  });

  it('send a reply to everybody who should get it', async () => {
    const replyTo = [{ name: 'Ada', address: 'ada@mueller.example' }, { address: 'answers@mueller.example' }];
    const mail = await parsed({ replyTo });
    expect(mail.replyTo?.value).toEqual([replyTo[0], { name: '', address: 'answers@mueller.example' }]);
  });

  it('have the date that was given and nobody but the sender', async () => {
    const mail = await parsed();
    expect(mail.date).toEqual(new Date('2027-05-04T06:00:00Z'));
    expect(mail.from?.value).toEqual([{ name: 'UPS watch', address: 'ups@mueller.example' }]);
    expect(mail.replyTo).toBeUndefined();
    expect([...mail.headers.keys()].sort()).toEqual([
      'auto-submitted',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'subject',
      'to',
      'x-auto-response-suppress',
    ]);
  });

  it('thread with the earlier mails, the most recent last', async () => {
    const earlier = Array.from({ length: 30 }, (_, i) => `<${i}@mueller.example>`);
    const mail = await parsed({ earlier });
    expect(mail.inReplyTo).toBe('<29@mueller.example>');
    expect(mail.references).toEqual(earlier.slice(-20));
    expect((await parsed({ earlier: ['<a b@c>', 'x\r\nBcc: me@evil.example', '<>'] })).references).toBeUndefined();
    expect((await parsed({ earlier: [messageId('notice/1', 'ups@mueller.example')] })).inReplyTo).toBeUndefined();
  });
});

describe('the Message-ID', () => {
  it('follows from the key and the domain of the sender', () => {
    const id = messageId('notice/1', 'UPS watch <ups@mueller.example>');
    expect(id).toMatch(/^<[0-9a-f]{32}@mueller\.example>$/);
    expect(messageId('notice/1', 'other@mueller.example')).toBe(id);
    expect(messageId('notice/2', 'ups@mueller.example')).not.toBe(id);
    expect(messageId('notice/1', 'ups@müller.example')).toMatch(/@xn--mller-kva\.example>$/);
  });
});

describe('an address', () => {
  it.each(['a@b', 'first.last+tag@mail.example.com', "o'neil@x.example", 'käufer@händler.example', ' a@b.example '])(
    'may be %j',
    (text) => {
      expect(parseAddress(text, 'x')).toBe(text.trim());
    },
  );

  it.each([
    '',
    'nobody',
    'a@b, c@d',
    'a@b c@d',
    'a@b;c@d',
    'a@b\r\nBcc: c@d',
    'a@b>\r\nRCPT TO:<c@d',
    '"a b"@c.example',
    'a(comment)@b.example',
    'group: a@b;',
    'a@[127.0.0.1]',
    'a@b@c',
    'a..b@c',
    'a@-b',
    'a\u202e@b',
    `${'a'.repeat(250)}@b.example`,
  ])('may not be %j', (text) => {
    for (const rest of [
      { to: text },
      { from: text },
      { replyTo: [{ address: text }] },
      { unsubscribe: { letter: { address: text, subject: '' } } },
    ] as const) {
      expect(() => buildMessage(plainMail, envelope(rest))).toThrow(DeliveryError);
      expect(() => buildMessage(plainMail, envelope(rest))).toThrow(/not one mail address/);
    }
  });
});
