/**
 * One file a case in testdata/: what is expected stands beside it in `*.expected.txt`, the problems and, where there is
 * a config, the config as it is printed. `UPDATE_EXPECTED=1` writes these files anew: read the difference.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatProblem, printConfig } from '../../config/config.ts';
import { checkText } from './support.ts';

const folder = new URL('testdata/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('config files', () => {
  test.each(names)('%s', async (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const { problems, config } = await checkText(text);
    const lines = problems.map((problem) => formatProblem(problem).replaceAll(process.cwd(), '<folder>'));
    for (const line of lines) expect(line).toMatch(/^config\.yaml:\d+:\d+ \S.*: \S/);
    const actual = [...lines, ...(config === undefined ? [] : ['', printConfig(config)])].join('\n');
    expect(config !== undefined).toBe(name.startsWith('good-'));
    const expectedFile = new URL(name.replace('.yaml', '.expected.txt'), folder);
    if (process.env['UPDATE_EXPECTED']) writeFileSync(expectedFile, `${actual.trimEnd()}\n`);
    expect(`${actual.trimEnd()}\n`).toBe(readFileSync(expectedFile, 'utf8'));
    for (const secret of ['hunter2', 'a mail password', 'a community', 'passphrase\n', 'VGhpcyBpcyBh']) {
      expect(actual).not.toContain(secret);
    }
  });
});
