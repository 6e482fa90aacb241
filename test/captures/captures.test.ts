/**
 * Each folder beside this file is a device: its driver reads it over the wire, and must see and conclude what
 * `expected.json` says. `UPDATE_EXPECTED=1` writes that file anew: read the difference.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { driverNames } from '../../drivers/registry.ts';
import { answerFiles, readDevice } from '../../scripts/simulator/capture.ts';
import { type Expected, expectedOf } from './read.ts';

const root = new URL('.', import.meta.url).pathname;
const folders = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));

describe('captured devices', () => {
  it.each(folders)('%s', async (name) => {
    const folder = join(root, name);
    const file = join(folder, 'expected.json');
    const before: Partial<Expected> = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Expected) : {};
    const seen = await expectedOf(folder, before);
    if (process.env['UPDATE_EXPECTED']) writeFileSync(file, `${JSON.stringify(seen, undefined, 2)}\n`);
    else expect(seen).toEqual(before);
  });

  it('say where they come from and what is odd about them', async () => {
    for (const name of folders) {
      const { device } = await readDevice(join(root, name));
      expect(device.source.length, name).toBeGreaterThan(20);
      expect(device.what.length, name).toBeGreaterThan(20);
      expect(readdirSync(join(root, name)).sort(), name).toEqual(
        [answerFiles[device.driver] ?? '', 'device.json', 'expected.json'].sort(),
      );
    }
  });

  it('are there for each driver', async () => {
    const drivers = await Promise.all(folders.map(async (name) => (await readDevice(join(root, name))).device.driver));
    expect([...new Set(drivers)].sort()).toEqual([...driverNames].sort());
    expect(folders.length).toBeGreaterThan(20);
  });
});
