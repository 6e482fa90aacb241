/** What a mail means, as the mail programs, servers and machines of this world write it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHeaders, tracesOf } from '../../../agent/delivery/answers/headers.ts';
import { judge, type MailHead } from '../../../agent/delivery/answers/judge.ts';
import { firstOwnLine, textOfHtml } from '../../../agent/delivery/answers/quote.ts';
import { answerIn } from '../../../agent/delivery/answers/words.ts';
import { languages } from '../../../agent/delivery/mail/content.ts';
import { texts } from '../../../agent/delivery/mail/texts/index.ts';
import { everyWay, token } from '../mail/samples.ts';
import { read } from './read.ts';
import { customs, sent, styles } from './replies.ts';
import { absenceSubjects, failing, machines, ourId, returned } from './reports.ts';

const head = (subject: string, block = ''): MailHead => ({ subject, headers: parseHeaders(block) });
const answered = (subject: string, text = '') => {
  const verdict = judge(head(subject), { text });
  return verdict.kind === 'answer' ? verdict.answer : verdict.kind;
};

describe.each(languages)('a reply in %s', (language) => {
  const { word, letter } = texts[language];
  const cases = Object.entries(styles);

  it.each(cases)('%s: the first own line counts', (_name, style) => {
    for (const [own, expected] of [
      [word.accept, 'accept'],
      [word.decline.toLowerCase(), 'decline'],
      [`${word.optOut}.`, 'opt-out'],
      ['ACCEPT', 'accept'],
    ] as const) {
      const { subject, ...body } = style(own, language);
      expect(judge(head(subject), body)).toEqual({ kind: 'answer', answer: expected });
    }
  });

  it.each(cases)('%s: what is quoted does not', (_name, style) => {
    for (const own of ['Please call me.', '', `${word.accept}, but only for one year`, 'Ann Example']) {
      const { subject, ...body } = style(own, language);
      expect(judge(head(subject), body).kind, own).toBe('unclear');
    }
  });

  it('sent with a button counts by its subject, whatever the text', () => {
    const text = letter.accept({ company: 'Müller & Söhne GmbH' });
    expect(answered(everyWay.letters?.accept.subject ?? '', text)).toBe('accept');
    expect(answered(everyWay.letters?.decline.subject ?? '', `${text}\n\n--\nAnn`)).toBe('decline');
    expect(answered(everyWay.letters?.optOut.subject ?? '', '')).toBe('opt-out');
    expect(answered(`${customs[language].re}: ${everyWay.letters?.optOut.subject}`, customs[language].phone)).toBe(
      'opt-out',
    );
  });

  it('forwarded without a word is no answer', () => {
    const mail = sent(language);
    const forwarded = `FYI\n\n---------- Forwarded message ---------\nFrom: UPS\n\n${mail.text}`;
    expect(answered(`Fwd: ${mail.subject}`, forwarded)).toBe('unclear');
    expect(answered(`Fwd: ${mail.subject}`, mail.text)).toBe('unclear');
  });
});

describe('the subject', () => {
  it.each([
    [`ACCEPT ${token}`, 'accept'],
    [`accept ${token.toLowerCase()}`, 'accept'],
    [`Re: ACCEPT ${token}`, 'accept'],
    [`AW: WG: Re[2]: DECLINE ${token}`, 'decline'],
    [`[EXTERN] ACCEPT ${token}`, 'accept'],
    [`***SPAM*** Re: OPT-OUT ${token}`, 'opt-out'],
    [`[Ticket#4711] ACCEPT ${token} [#4711]`, 'accept'],
    [`ACCEPT: ${token}`, 'accept'],
    [`"ACCEPT ${token}"`, 'accept'],
    ['ACCEPT', 'accept'],
    ['Re: unsubscribe', 'opt-out'],
    [`Отв: ПРИНЯТЬ ${token}`, 'accept'],
    [`RE: J'accepte`, 'accept'],
  ])('%s: %s', (subject, expected) => {
    expect(answered(subject)).toBe(expected);
  });

  it.each([
    '',
    token,
    `Re: I do not accept ${token}`,
    `ACCEPT DECLINE ${token}`,
    `We accept no such mails ${token}`,
    'Re: Accept Ltd would like to keep you informed about its UPS batteries',
    'Stop by on Monday',
    `ACCEPT${token}`,
  ])('%s: nothing', (subject) => {
    expect(answered(subject)).toBe('unclear');
  });

  it('gives way to the line of a reply, and is doubted in a mail of its own', () => {
    expect(answered(`Re: ACCEPT ${token}`, 'DECLINE')).toBe('decline');
    expect(answered(`ACCEPT ${token}`, 'DECLINE')).toBe('unclear');
    expect(answered(`DECLINE ${token}`, 'Unsubscribe')).toBe('decline');
  });
});

describe('a line', () => {
  it.each([' ACCEPT ', '*ACCEPT*', '„Annehmen“', 'ACCEPT!', 'i   accept.', `accept (${token})`, 'Accept 👍'])(
    '%s accepts',
    (line) => {
      expect(answerIn(line)).toBe('accept');
    },
  );

  it.each(['yes', 'ok', 'no', 'acceptable', 'accept accept', 'not accept', 'a'.repeat(10_000), '', '👍'])(
    '%s says nothing',
    (line) => {
      expect(answerIn(line)).toBeUndefined();
    },
  );

  it('is known for every word that a mail asks for', () => {
    for (const language of languages) {
      const { accept, decline, optOut } = texts[language].word;
      expect([answerIn(accept), answerIn(decline), answerIn(optOut)]).toEqual(['accept', 'decline', 'opt-out']);
    }
  });
});

describe('a machine', () => {
  it.each(Object.entries(machines))('%s never answers', async (_name, [raw, sign]) => {
    const { head: mail, body } = await read(raw);
    expect(judge(mail, body)).toEqual({ kind: 'machine', sign });
  });

  it.each(absenceSubjects)('%s never answers', (subject) => {
    expect(judge(head(subject), { text: 'ACCEPT' })).toEqual({ kind: 'machine', sign: 'subject' });
  });

  it('is not suspected where a person writes', () => {
    const block =
      'Auto-Submitted: no\nPrecedence: normal\nReturn-Path: <ann@reseller.example>\nX-Auto-Response-Suppress: None';
    expect(judge(head('Re: Invitation', block), { text: 'Accept' })).toEqual({ kind: 'answer', answer: 'accept' });
  });
});

describe('mail that came back', () => {
  it.each(Object.entries(returned))('%s', async (_name, { raw, permanent, reply, address = failing }) => {
    const { head: mail, body } = await read(raw);
    const verdict = judge(mail, body);
    if (verdict.kind !== 'bounce') throw new Error(`taken for ${JSON.stringify(verdict)}`);
    expect(verdict.bounce.messageIds).toContain(ourId);
    expect(verdict.bounce.recipients).toMatchObject([{ address, permanent, reply: expect.stringMatching(reply) }]);
  });

  it('may tell of several addresses', async () => {
    const raw = (returned['Postfix, refused']?.raw ?? '').replace(
      'Final-Recipient',
      'Final-Recipient: rfc822; one@reseller.example\nAction: delayed\nStatus: 4.2.2\n\nFinal-Recipient',
    );
    const { head: mail, body } = await read(raw);
    const verdict = judge(mail, body);
    expect(
      verdict.kind === 'bounce' && verdict.bounce.recipients.map((each) => [each.address, each.permanent]),
    ).toEqual([
      ['one@reseller.example', false],
      [failing, true],
    ]);
  });
});

describe('traces', () => {
  const block = (lines: readonly string[]) => tracesOf('', parseHeaders(lines.join('\r\n')));

  it('are words in the form of a token, in the subject and in addresses', () => {
    expect(tracesOf(`Re: ACCEPT ${token}`, parseHeaders('')).words).toEqual([token]);
    expect(block([`To: answers+${token}@mueller.example`]).words).toEqual([token]);
    expect(block([`Delivered-To: answers+${token.toLowerCase()}@mueller.example`]).words).toEqual([
      token.toLowerCase(),
    ]);
    expect(block([`To: x${token}@mueller.example`, 'Cc: nobody@x.example']).words).toEqual([]);
  });

  it('are the mails that are answered, however the lines are folded', () => {
    expect(block([`In-Reply-To: ${ourId}`, `References: <a@b>`, `\t${ourId}`, ' <c@d>']).references).toEqual([
      ourId,
      '<a@b>',
      ourId,
      '<c@d>',
    ]);
  });

  it('stay few, whatever is sent', () => {
    const many = Array.from({ length: 5000 }, (_, n) => `<${n}@x.example>`).join(' ');
    const { references, words } = tracesOf(`${token} `.repeat(1000), parseHeaders(`References: ${many}`));
    expect(references).toHaveLength(50);
    expect(references.at(-1)).toBe('<4999@x.example>');
    expect(words.length).toBeLessThanOrEqual(50);
  });
});

describe('whatever comes', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('ACCEPT', '>', '<blockquote', ':'),
  );

  it('is judged without a throw', () => {
    fc.assert(
      fc.property(anything, anything, anything, fc.array(anything), (subject, text, html, lines) => {
        const status = lines.join('\n');
        judge(head(subject, lines.join('\r\n')), { text, html, report: { status, original: text, text: html } });
        judge(head(subject, `Content-Type: multipart/report\r\n${status}`), { report: { status, text } });
        tracesOf(subject, parseHeaders(status));
      }),
      { numRuns: 500 },
    );
  });

  it('is never an answer by what is quoted', () => {
    const line = fc.oneof(
      fc.constantFrom('ACCEPT', 'DECLINE', `ACCEPT ${token}`, 'Annehmen', 'stop', ''),
      fc.string({ maxLength: 30 }).map((text) => text.replace(/[\r\n]/g, ' ')),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.constantFrom('> ', '>', '>> ', '| '), (lines, mark) => {
        const quote = lines.map((each) => mark + each).join('\n');
        expect(firstOwnLine(quote)).toBeUndefined();
        expect(firstOwnLine(`On 1 May 2027, somebody wrote:\n${quote}`)).toBeUndefined();
        expect(answered('Re: Invitation', `Thank you\n\n${quote}`)).toBe('unclear');
        const html = lines.map((each) => each.replaceAll('&', '&amp;').replaceAll('<', '&lt;')).join('<br>');
        expect(firstOwnLine(textOfHtml(`<div><br></div><blockquote type="cite">${html}</blockquote>`))).toBeUndefined();
      }),
    );
  });

  it('is never an answer by a line that a program has broken between quoted ones', () => {
    expect(answered('Re: x', '> a long line that was broken with the word\nACCEPT\n> or DECLINE in it')).toBe(
      'unclear',
    );
  });

  it('says the same whatever the ends of its lines', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(answered('Re: x', ['', 'Accept', '', '> q', '> q'].join(end))).toBe('accept');
    }
  });
});
