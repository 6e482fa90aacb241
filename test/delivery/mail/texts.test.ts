import { describe, expect, it } from 'vitest';
import { composeMail } from '../../../agent/delivery/mail/compose.ts';
import { type Language, languages } from '../../../agent/delivery/mail/content.ts';
import { texts } from '../../../agent/delivery/mail/texts/index.ts';
import { eventIds } from '../../../agent/lifecycle/model.ts';
import { everyMail } from './samples.ts';

/** Every paragraph of every mail, without the dates, names and numbers that all languages share. */
function sentences(language: Language): Set<string> {
  return new Set(
    everyMail.flatMap((content) => {
      const mail = composeMail(content, language);
      return [mail.subject, ...mail.text.split(/\n\n|\n[*-] /)].map((text) => text.replace(/\s+/g, ' ').trim());
    }),
  );
}

function leaves(value: unknown, path: string): [path: string, value: unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

describe.each(languages)('the catalogue %s', (language) => {
  it('has every text', () => {
    const paths = leaves(texts[language], '');
    expect(paths.map(([path]) => path).sort()).toEqual(
      leaves(texts.en, '')
        .map(([path]) => path)
        .sort(),
    );
    for (const [path, value] of paths) expect(typeof value === 'function' || value !== '', path).toBe(true);
    expect(texts[language].language).toBe(language);
  });

  it('leaves no gap in any mail', () => {
    for (const content of everyMail) {
      const { subject, text, html } = composeMail(content, language);
      for (const part of [subject, text, html])
        expect(part).not.toMatch(/undefined|\bnull\b|NaN|\[object|#(?!7a7a7a|x?\d)/);
    }
  });

  it('shares no long sentence with another', () => {
    const mine = [...sentences(language)].filter((text) => text.length > 40 && !/--/.test(text));
    for (const other of languages.filter((l) => l !== language)) {
      const theirs = sentences(other);
      expect(mine.filter((text) => theirs.has(text))).toEqual([]);
    }
  });

  it('titles every event in its own words', () => {
    const titles = eventIds.map((id) => texts[language].titles[id]('X'));
    expect(new Set(titles).size).toBe(eventIds.length);
    if (language !== 'en') for (const id of eventIds) expect(titles).not.toContain(texts.en.titles[id]('X'));
    for (const id of eventIds.slice(4)) expect(texts[language].titles[id]('X')).toContain('X');
  });
});

describe('dates and numbers', () => {
  it.each([
    ['en', '1 May 2027'],
    ['fr', '1er mai 2027'],
    ['de', '1. Mai 2027'],
    ['it', '1 maggio 2027'],
    ['pt', '1 de maio de 2027'],
    ['ru', '1 мая 2027 года'],
    ['es', '1 de mayo de 2027'],
  ] as const)('are in the form of %s', (language, said) => {
    expect(texts[language].date('2027-05-01').replaceAll('\u00a0', ' ')).toBe(said);
  });

  it('follow the plural rules', () => {
    const left = (language: Language, days: number) => texts[language].event.left({ days, date: 'X' });
    expect(left('ru', 1)).toBe('X: остался 1 день.');
    expect(left('ru', 3)).toBe('X: осталось 3 дня.');
    expect(left('ru', 7)).toBe('X: осталось 7 дней.');
    expect(left('ru', 31)).toBe('X: остался 31 день.');
    expect(left('fr', 1)).toBe('X : il reste 1 jour.');
    for (const language of languages) expect(left(language, 90)).toMatch(/\b3[ \u00a0]\p{L}/u);
  });
});
