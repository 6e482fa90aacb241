/** New files come whole or not at all. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placeFiles } from '../../config/place-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'place-'));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const how = { backupSuffix: '.old' };

test('files come with their permissions, in a folder that is made for them', async () => {
  const kept = await placeFiles(
    [
      { path: at('new/secret'), text: 's', mode: 0o600 },
      { path: at('new/config'), text: 'c', mode: 0o640 },
    ],
    how,
  );
  expect(kept).toEqual([]);
  expect((await readdir(at('new'))).sort()).toEqual(['config', 'secret']);
  expect((await stat(at('new/secret'))).mode & 0o777).toBe(0o600);
  expect((await stat(at('new/config'))).mode & 0o777).toBe(0o640);
});

test('what stood there is kept', async () => {
  await writeFile(at('config'), 'before');
  expect(await placeFiles([{ path: at('config'), text: 'after', mode: 0o640 }], how)).toEqual([at('config.old')]);
  expect(await readFile(at('config'), 'utf8')).toBe('after');
  expect(await readFile(at('config.old'), 'utf8')).toBe('before');
});

test('one file that cannot be written leaves all as it was', async () => {
  await writeFile(at('config'), 'before');
  await writeFile(at('file'), '');
  const files = [
    { path: at('config'), text: 'after', mode: 0o640 },
    { path: at('file/secret'), text: 's', mode: 0o600 },
  ];
  await expect(placeFiles(files, how)).rejects.toThrow();
  expect((await readdir(folder)).sort()).toEqual(['config', 'file']);
  expect(await readFile(at('config'), 'utf8')).toBe('before');
});

test('a backup that is there already is not overwritten', async () => {
  await writeFile(at('config'), 'before');
  await mkdir(at('config.old'));
  await expect(placeFiles([{ path: at('config'), text: 'after', mode: 0o640 }], how)).rejects.toThrow();
  expect((await readdir(folder)).sort()).toEqual(['config', 'config.old']);
});
