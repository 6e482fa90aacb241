/** Whatever a device, a config file or a far side says: it stays text. */
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import { describe, expect, it } from 'vitest';
import { clean } from '../../../agent/delivery/mail/clean.ts';
import { composeMail } from '../../../agent/delivery/mail/compose.ts';
import { languages, type MailContent, type UnitBlock } from '../../../agent/delivery/mail/content.ts';
import { buildMessage } from '../../../agent/delivery/mail/message.ts';
import { createSmtp } from '../../../agent/delivery/mail/smtp.ts';
import { startMailSink } from '../../support/mail-sink.ts';
import {
  customerAbouts,
  dueUnit,
  envelope,
  everyWay,
  invitation,
  manyCartridges,
  noticeMail,
  ways,
} from './samples.ts';

const nasty = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' style='x",
  'Eve\r\nBcc: eve@evil.example\r\n\r\nBody',
  'Eve\nTo: eve@evil.example',
  '\u2028Bcc: eve@evil.example',
  '\u202eexample\u202c',
  '\u0000\u0007\u001b[31m',
  '=?utf-8?Q?=0D=0ABcc:_eve=40evil.example?=',
  '\ud800',
  '\r\n.\r\nMAIL FROM:<eve@evil.example>',
  '{company} $& $1 %s %n #',
  'x'.repeat(100_000),
  '&lt;b&gt; &amp;',
  '',
];
const hostile = fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 60 }), fc.string());
const address = fc.constantFrom('a@b.example', 'ü@händler.example');

const unit: fc.Arbitrary<UnitBlock> = fc
  .record({
    name: hostile,
    model: hostile,
    serial: hostile,
    sku: hostile,
    cartridge: hostile,
    externalCartridge: hostile,
    quantity: fc.integer(),
  })
  .map((said) => ({
    ...dueUnit,
    ...said,
    cartridges: manyCartridges.cartridges.map((c) => ({ label: said.name, part: said.sku, due: c.due })),
  }));

const content: fc.Arbitrary<MailContent> = fc.oneof(
  fc
    .record({
      company: hostile,
      site: hostile,
      units: fc.array(unit, { minLength: 1, maxLength: 2 }),
      name: hostile,
      mail: hostile,
      phone: hostile,
      jobRole: hostile,
      audience: fc.constantFrom('reseller', 'customer'),
    })
    .map(({ company, site, units, audience, ...contact }) =>
      noticeMail([], { company, contact, audience, groups: [{ site, units }], ways: everyWay }),
    ),
  fc
    .record({ company: hostile, code: hostile, token: hostile, ways: fc.constantFrom(...ways) })
    .map((said): MailContent => ({ ...invitation, ...said })),
  fc
    .record({
      about: fc.constantFrom(...customerAbouts),
      company: hostile,
      address: hostile,
      reply: hostile,
      items: fc.array(hostile, { maxLength: 2 }),
    })
    .map((said): MailContent => ({ kind: 'customer', today: '2027-05-04', ...said })),
);

/** The tags of a page, without what stands between them. */
const tags = (html: string) =>
  html.replace(/>[^<]*</g, '><').replace(/(<meta[^>]*>|<(title|h1|h2|p|td|th|strong)[^>]*>)[^<]*/g, '$1');

describe('no value', () => {
  it('adds a header, a recipient or a line to the headers', async () => {
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom(...languages), hostile, address, async (said, language, name, to) => {
        const message = buildMessage(composeMail(said, language), {
          ...envelope({ to }),
          replyTo: [{ name, address: 'ada@mueller.example' }],
          unsubscribe: { letter: { address: 'ada@mueller.example', subject: name } },
          earlier: [name],
        });
        const node = new MailComposer(message).compile();
        const mail = await simpleParser(await node.build());
        expect(mail.headerLines.map(({ key }) => key).sort()).toEqual([
          'auto-submitted',
          'content-type',
          'date',
          'from',
          'list-unsubscribe',
          'message-id',
          'mime-version',
          'reply-to',
          'subject',
          'to',
          'x-auto-response-suppress',
        ]);
        const { to: recipients } = node.getEnvelope();
        expect(recipients).toHaveLength(1);
        expect(mail.replyTo?.value.map((box) => box.address)).toEqual(['ada@mueller.example']);
        expect(mail.subject ?? '').not.toMatch(/[\p{Control}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u);
        expect(Array.from(mail.subject ?? '').length).toBeLessThanOrEqual(480);
        for (const { line } of mail.headerLines)
          for (const part of line.split('\r\n')) expect(Buffer.byteLength(part)).toBeLessThan(998);
      }),
      { numRuns: 150 },
    );
  });

  it('adds a tag, an attribute or an invisible character', () => {
    fc.assert(
      fc.property(content, fc.constantFrom(...languages), (said, language) => {
        const { text, html } = composeMail(said, language);
        for (const part of [text, html]) {
          expect(part.replaceAll('\n', '')).not.toMatch(
            /[\p{Control}\p{Surrogate}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u,
          );
        }
        for (const [tag] of html.matchAll(/<[^>]*>/g))
          expect(tag).toMatch(
            /^<(!DOCTYPE html|\/?(html|head|meta|title|body|table|tbody|thead|tr|td|th|div|h1|h2|p|strong|br|hr|ul|li|a)( [a-z-]+="[^"<>]*")*\/?)>$/,
          );
        expect(html).not.toMatch(/onerror="|<script|<img/);
      }),
      { numRuns: 300 },
    );
  });

  it('changes the structure of a page', () => {
    const page = (company: string) => tags(composeMail({ ...invitation, company }, 'en').html);
    for (const company of nasty.slice(0, -1)) expect(page(company)).toBe(page('Company'));
  });
});

describe('clean', () => {
  it('leaves one line of visible text', () => {
    expect(clean(' a\r\n\tb\u2028c ')).toBe('a b c');
    expect(clean('\u202eevil\u0000 \u200bname\ufeff')).toBe('evil name');
    expect(clean('Grüße, Привет, 你好 👋')).toBe('Grüße, Привет, 你好 👋');
    expect(clean('👋'.repeat(30), 10)).toBe(`${'👋'.repeat(9)}…`);
    expect(clean('\ud800x')).toBe('x');
  });
});

describe('the invitation', () => {
  it('reveals the company and nothing else that the config holds', async () => {
    const sink = await startMailSink();
    const smtp = createSmtp({ url: sink.url, tls: 'off' });
    try {
      for (const language of languages)
        await smtp.send(composeMail({ ...invitation, company: 'Visible Ltd' }, language), {
          key: 'invitation/secret-marker-key',
          from: 'UPS watch <ups@visible.example>',
          to: 'sales@reseller.example',
          date: new Date('2027-05-04T06:00:00Z'),
        });
      expect(sink.mails).toHaveLength(languages.length);
      for (const { raw, parsed } of sink.mails) {
        const everything = `${raw}\n${parsed.text}\n${parsed.html}`;
        expect(parsed.text).toContain('Visible Ltd');
        expect(parsed.headers.has('reply-to')).toBe(false);
        expect(everything).not.toMatch(/marker|Ada|mueller|\+49|Smart-UPS|AS12|127\.0\.0\.1|localhost/);
      }
    } finally {
      await smtp.close();
      await sink.close();
    }
  });
});
