/** Days and instants in the words of the page and the style of the customer's language. */
import type { Language } from '../../delivery/mail/content.ts';
import type { Day, FactSource, Instant } from '../../lifecycle/model.ts';

/** `en` writes day before month, as the mails do. */
const localeOf = (language: Language): string => (language === 'en' ? 'en-GB' : language);

type Style = 'day' | 'month' | 'shortMonth' | 'moment';
const styles: Readonly<Record<Style, Intl.DateTimeFormatOptions>> = {
  day: { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' },
  month: { month: 'long', year: 'numeric', timeZone: 'UTC' },
  shortMonth: { month: 'short', timeZone: 'UTC' },
  moment: { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
};

const formats = new Map<string, Intl.DateTimeFormat>();

function format(style: Style, language: Language, timeZone?: string): Intl.DateTimeFormat {
  const key = `${style} ${language} ${timeZone ?? ''}`;
  let known = formats.get(key);
  if (known === undefined) {
    known = new Intl.DateTimeFormat(localeOf(language), { ...styles[style], ...(timeZone ? { timeZone } : {}) });
    formats.set(key, known);
  }
  return known;
}

/** `4 May 2027`; what is no day stays as it is. */
export function dayText(day: Day, language: Language): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? day : format('day', language).format(at);
}

/** A sentence of ours with its days in the customer's style; what is quoted from a device stays as it was said. */
export function inStyle(sentence: string, language: Language): string {
  return sentence.replaceAll(/(?<![\w"-])\d{4}-\d\d-\d\d(?![\w"-])/g, (day) => dayText(day, language));
}

/** `May 2027`, `May`. @param month `YYYY-MM` */
export function monthText(month: string, language: Language, style: 'month' | 'shortMonth' = 'month'): string {
  return format(style, language).format(Date.parse(`${month}-01T00:00:00Z`));
}

/** `4 May 2027, 08:00` in the time zone of the site. */
export function momentText(instant: Instant, language: Language, timeZone: string): string {
  return format('moment', language, timeZone).format(Date.parse(instant));
}

/** `today`, `in 37 days`, `5 months ago`. @param days from today, negative when past */
export function awayText(days: number): string {
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  if (days === -1) return 'yesterday';
  const count = Math.abs(days);
  const [number, unit] =
    count <= 120
      ? [count, 'day']
      : count < 700
        ? [Math.round(count / 30.44), 'month']
        : [Math.round(count / 365.25), 'year'];
  const words = `${number} ${unit}${number === 1 ? '' : 's'}`;
  return days > 0 ? `in ${words}` : `${words} ago`;
}

/** `12 seconds ago`, `3 hours ago`. */
export function agoText(ms: number): string {
  const steps = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
  ] as const;
  for (const [size, unit] of steps) {
    const count = Math.floor(ms / size);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}

/** Where a fact comes from; nothing for the UPS itself. */
export function sourceText(source: FactSource): string {
  const words = {
    ups: '',
    config: 'from the configuration',
    customer: 'entered by you',
    estimate: 'an estimate',
  } as const;
  return words[source];
}
