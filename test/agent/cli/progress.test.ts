import { expect, test } from 'vitest';
import { ProgressBar } from '../../../agent/cli/progress.ts';

function bar(isTTY: boolean) {
  let written = '';
  let now = 0;
  const output = {
    isTTY,
    columns: 60,
    write: (text: string) => {
      written += text;
    },
  };
  return {
    bar: new ProgressBar(output, () => now),
    pass: (ms: number) => {
      now += ms;
    },
    written: () => written,
  };
}

test('on a terminal, a bar that stays in its line', () => {
  const { bar: progress, pass, written } = bar(true);
  progress.update({ done: 0, total: 200, seen: 0 });
  pass(10_000);
  progress.update({ done: 50, total: 200, seen: 1 });
  progress.say('10.0.0.5: Smart-UPS\u001b[31m 1500');
  progress.end();
  const [first, second, said, again, end] = written().split('\r\u001b[K').slice(1);
  expect(first).toBe('[------------------------] 0/200, 0 seen');
  expect(second).toBe('[######------------------] 50/200, 1 seen, about 30 s left'.slice(0, 59));
  expect(said).toBe(`10.0.0.5: Smart-UPS [31m 1500\n${second}`);
  expect([again, end]).toEqual(['', undefined]);
});

test('elsewhere, a line for each tenth', () => {
  const { bar: progress, written } = bar(false);
  for (let done = 0; done <= 200; done += 1) progress.update({ done, total: 200, seen: 0 });
  progress.end();
  expect(written().trim().split('\n').length).toBe(10);
  expect(written()).not.toContain('\u001b');
});
