import { expect, it } from 'vitest';
import { Mistake, readLine } from '../../config/values.ts';

it.each(['a\u202eb', 'a\u2066b', 'a\r\nb', 'a\u0000b', 'a\u2028b', '\ufffd'])('%j is no line of text', (text) => {
  expect(readLine(text, 64)).toBeInstanceOf(Mistake);
});

it.each(['مخزن \u200fA1', 'Überwachung 🔋', '<b>=1+1</b>'])('%j is one', (text) => {
  expect(readLine(` ${text} `, 64)).toBe(text);
});
