/** A unit on a serial line is captured through a real serial port: socat's terminals. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { capture, writeCapture } from '../../agent/capture/capture.ts';
import { upslinkOptions } from '../../drivers/upslink/options.ts';
import { type Expected, expectedOf } from '../captures/read.ts';
import { ptyPair } from '../drivers/upslink/pty.ts';

it('a unit on a serial line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capture-'));
  await using line = await ptyPair(folder);
  line.ups.answers.set('n', 'AS0416987654').set('x', 'by Kim');
  let turn = 0;
  const captured = await capture({
    ups: 'ups1',
    driver: 'upslink',
    options: upslinkOptions.schema.parse({ device: line.device, cable: '940-0095B' }),
    today: '2026-11-23',
    monotonic: () => performance.now(),
    random: (below) => {
      turn += 1;
      return (turn * 7) % below;
    },
    log: () => {},
  });
  const text = [...captured.files.values()].join('\n');
  expect(text).toMatch(/^n AS0416\d{6}$/m);
  expect(text).toMatch(/^x xx Xxx$/m);
  expect(text).not.toMatch(/987654|Kim/);
  expect(text).toMatch(/"cable": "940-0095B"/);
  await writeCapture(join(folder, 'new'), captured);
  const before = JSON.parse(await readFile(join(folder, 'new/expected.json'), 'utf8')) as Expected;
  expect(await expectedOf(join(folder, 'new'), before)).toEqual(before);
  await line.pull();
  await rm(folder, { recursive: true, force: true });
});
