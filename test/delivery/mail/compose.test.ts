import { describe, expect, it } from 'vitest';
import { composeMail } from '../../../agent/delivery/mail/compose.ts';
import { type EventLine, languages, type UnitBlock } from '../../../agent/delivery/mail/content.ts';
import { eventIds, eventTitle } from '../../../agent/lifecycle/model.ts';
import {
  customerAbouts,
  customerMail,
  dueUnit,
  invitation,
  manyCartridges,
  noticeMail,
  resolvedUnit,
  token,
  ways,
} from './samples.ts';

const unit = (line: EventLine, rest: Partial<UnitBlock> = {}): UnitBlock => ({ ...dueUnit, ...rest, lines: [line] });
/** The text on one line, as line ends carry no meaning. */
const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('the notice mail', () => {
  it('says in the subject what matters, for one UPS', () => {
    expect(composeMail(noticeMail([dueUnit]), 'en').subject).toBe(
      'Battery Replacement Due: Smart-UPS 1500 (server room), 30 days left – Müller & Söhne GmbH',
    );
  });

  it.each([
    [90, '3 months left'],
    [89, '89 days left'],
    [1, '1 day left'],
    [0, 'today'],
    [-1, '1 day ago'],
    [-12, '12 days ago'],
  ])('words %i days as "%s"', (daysLeft, words) => {
    const line = { event: 'battery-replacement-due', step: '30', date: '2027-06-03', daysLeft, nextSteps: [] } as const;
    const mail = composeMail(noticeMail([unit(line)]), 'en');
    expect(mail.subject).toContain(words);
    expect(flat(mail.text)).toMatch(new RegExp(`3 June 2027: (that (is|was) )?${words}`));
  });

  it('counts the days itself where they are not given', () => {
    const line = { event: 'warranty-expires', step: '7', date: '2027-05-11', nextSteps: [] } as const;
    expect(composeMail(noticeMail([unit(line)]), 'en').subject).toContain('Warranty Expires on 11 May 2027: ');
    expect(composeMail(noticeMail([unit(line)]), 'en').subject).toContain('7 days left');
  });

  it('counts the units that need attention, for several', () => {
    const mail = noticeMail([dueUnit, manyCartridges, resolvedUnit]);
    expect(composeMail(mail, 'en').subject).toBe('2 UPS need attention – Müller & Söhne GmbH');
    expect(composeMail({ ...mail, reminder: true }, 'en').subject).toMatch(/^Reminder: /);
  });

  it('says that it is resolved', () => {
    const mail = composeMail(noticeMail([resolvedUnit]), 'en');
    expect(mail.subject).toBe('Resolved: Battery Replacement Due: Smart-UPS 750 (server room) – Müller & Söhne GmbH');
    expect(mail.text).toContain('The battery was replaced.');
    expect(flat(mail.text)).toContain('there is nothing for you to do');
  });

  it("uses the vendor's titles in English", () => {
    for (const event of eventIds) {
      const mail = composeMail(
        noticeMail([unit({ event, step: '7', date: '2027-05-11', daysLeft: 7, nextSteps: [] })]),
        'en',
      );
      expect(flat(mail.text)).toContain(eventTitle(event, '11 May 2027'));
    }
  });

  it.each(['text', 'html'] as const)('is ready for a quotation (%s)', (part) => {
    const said = flat(composeMail(noticeMail([dueUnit, manyCartridges]), 'en')[part]).replaceAll('\u00a0', ' ');
    for (const fact of [
      'Smart-UPS 1500',
      'AS1234567890',
      'SMT1500RMI2U',
      'APCRBC133',
      '3 June 2023',
      '3 June 2027 (an estimate)',
      'The date is an estimate.',
      '11 September 2027',
      'Advanced Plan until 4 May 2028',
      'reminders go out on 27 May 2027 and 3 June 2027',
      'No further reminder',
      'Pack 2, cartridge 3',
      'APCRBC118',
      'Ada Weber',
      'ada@mueller.example',
      '+49 30 1234',
      'IT manager',
      'then ends these mails',
    ])
      expect(said).toContain(fact);
    expect(said).toMatch(/Quantity:? ?(<[^>]+>)* ?2/);
  });

  it('does not call a date an estimate that is none', () => {
    const line: EventLine = {
      event: 'warranty-expires',
      step: '7',
      date: '2027-05-11',
      dateSource: 'config',
      nextSteps: [],
    };
    const mail = composeMail(noticeMail([unit(line, { replaceBy: { date: '2027-06-03', source: 'ups' } })]), 'en');
    expect(mail.text).not.toContain('estimate');
  });

  it('is grouped by site label, units without one last', () => {
    const groups = [{ site: 'Berlin', units: [dueUnit] }, { units: [manyCartridges] }];
    const { text } = composeMail(noticeMail([], { groups }), 'en');
    expect(text.indexOf('Berlin\n======')).toBeGreaterThan(0);
    expect(text.indexOf('Other UPS units\n===')).toBeGreaterThan(text.indexOf('Berlin'));
  });

  it('tells the customer, and only the customer, who is responsible', () => {
    for (const [audience, told] of [
      ['customer', true],
      ['reseller', false],
    ] as const) {
      const { text } = composeMail(noticeMail([dueUnit], { audience }), 'en');
      expect(flat(text).includes('You remain responsible for your UPS units')).toBe(told);
      expect(flat(text).includes('can be bought from any supplier')).toBe(told);
      expect(text.includes('Whom to call')).toBe(!told);
    }
  });

  it("keeps the customer's own name of a unit from the reseller where a serial number tells it", () => {
    const named = { ...dueUnit, name: 'srv-7.corp.internal' };
    expect(composeMail(noticeMail([named]), 'en').text).not.toContain('srv-7');
    expect(composeMail(noticeMail([named], { audience: 'customer' }), 'en').text).toContain('srv-7');
  });

  it('leaves values as they are', () => {
    const mail = noticeMail([dueUnit], { company: 'C# $& {company} Ltd' });
    for (const language of languages) expect(flat(composeMail(mail, language).text)).toContain('C# $& {company} Ltd');
  });

  it('is wrapped at 76 columns', () => {
    for (const language of languages)
      for (const line of composeMail(noticeMail([dueUnit, manyCartridges]), language).text.split('\n'))
        expect(Array.from(line).length).toBeLessThanOrEqual(76);
  });
});

describe('the other mails', () => {
  it('invites with the code, the days and a way to say no', () => {
    const { text, subject } = composeMail(invitation, 'en');
    expect(subject).toContain('Müller & Söhne GmbH');
    for (const fact of ['K7QM-2ZXD', 'valid for 7 days', 'You need not do anything', 'opt out at any time', '3 months'])
      expect(flat(text)).toContain(fact);
  });

  it('offers the ways that are configured, and the code in any case', () => {
    const offered = ways.map((way) => {
      const text = flat(composeMail({ ...invitation, ways: way }, 'en').text);
      return {
        page: text.includes(`https://ups.mueller.example/answer/${token}`),
        letters: text.includes(`answers@mueller.example with this subject: ACCEPT ${token}`),
        reply: text.includes('answer this mail with the word ACCEPT or DECLINE in its first line'),
        code: text.includes('K7QM-2ZXD') && text.includes('contact at Müller & Söhne GmbH'),
        days: text.includes('7 days'),
      };
    });
    const always = { code: true, days: true };
    expect(offered).toEqual([
      { page: false, letters: false, reply: false, ...always },
      { page: false, letters: true, reply: true, ...always },
      { page: true, letters: false, reply: false, ...always },
      { page: true, letters: false, reply: true, ...always },
    ]);
  });

  it('opens a mail that says the same in its subject, whatever the language of its text', () => {
    for (const language of languages) {
      const { html } = composeMail({ ...invitation, ways: ways[1] ?? {} }, language);
      const hrefs = [...html.matchAll(/href="(mailto:[^"]+)"/g)].map(([, href]) => new URL(href ?? ''));
      expect(hrefs.map(({ pathname }) => pathname)).toEqual(['answers@mueller.example', 'answers@mueller.example']);
      const [accept, decline] = hrefs.map((href) => new URLSearchParams(href.search.replaceAll('&amp;', '&')));
      expect([accept?.get('subject'), decline?.get('subject')]).toEqual([`ACCEPT ${token}`, `DECLINE ${token}`]);
      expect(accept?.get('body')).toContain('Müller & Söhne GmbH');
      expect(accept?.get('body')).not.toBe(decline?.get('body'));
    }
  });

  it('offers each reseller a way out of the notices', () => {
    const said = ways.map((way) => flat(composeMail(noticeMail([dueUnit], { ways: way }), 'en').text));
    expect(said.map((text) => text.includes('saying that you opt out'))).toEqual([true, false, false, false]);
    expect(said.map((text) => text.includes(`OPT-OUT ${token}`))).toEqual([false, true, false, false]);
    expect(said.map((text) => text.includes(`/answer/${token}`))).toEqual([false, false, true, true]);
    expect(said.map((text) => text.includes('with the word OPT-OUT in its first line'))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    for (const way of ways) {
      const { text } = composeMail(noticeMail([dueUnit], { audience: 'customer', ways: way }), 'en');
      expect(text).not.toContain(token);
    }
  });

  it('confirms an opt-out once and for all, without a way to answer', () => {
    const { text, html } = composeMail({ kind: 'farewell', company: 'Müller & Söhne GmbH' }, 'en');
    expect(flat(text)).toContain('This is the last one: nothing more is sent to you');
    expect(html).not.toContain('href');
  });

  it.each(customerAbouts)('tells the customer about %s, and who is responsible', (about) => {
    const mail = composeMail(
      { ...customerMail(about), reply: '550 5.1.1 unknown', items: ['Battery Replacement Due'] },
      'en',
    );
    for (const fact of [
      'sales@reseller.example',
      '550 5.1.1 unknown',
      '- Battery Replacement Due',
      'remain responsible',
    ])
      expect(flat(mail.text)).toContain(fact);
  });
});

describe('the HTML part', () => {
  it('loads nothing, follows dark mode and says its language', () => {
    const { html } = composeMail(noticeMail([dueUnit]), 'ru');
    expect(html).toMatch(/^<!DOCTYPE html>\n<html lang="ru">/);
    expect(html).toContain('name="color-scheme" content="light dark"');
    expect(html).not.toMatch(/https?:|url\(|<img|<script|<link|background|[^-]color:(?!#7a7a7a)/);
  });
});
