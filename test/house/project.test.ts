/** What holds for the project as a whole. */
import { describe, expect, it } from 'vitest';
import { version } from '../../agent/version.ts';
import { type Lock, lockProblems, type Manifest } from '../../scripts/check-lock.ts';
import { filesBelow, read } from './tree.ts';

describe('the project', () => {
  it('has one version', () => {
    expect((JSON.parse(read('package.json')) as { version: string }).version).toBe(version);
    expect((JSON.parse(read('package-lock.json')) as { version: string }).version).toBe(version);
  });

  it("names no folder of a developer's machine", () => {
    const foreign = new RegExp(['/work', '/root', '/home/[a-z]+', '/Users/[A-Za-z]+'].map((p) => `${p}/`).join('|'));
    const naming = filesBelow('').filter((path) => path !== 'test/house/project.test.ts' && foreign.test(read(path)));
    expect(naming).toEqual([]);
    expect(foreign.test(['', 'work', 'main'].join('/'))).toBe(true);
  });

  it('keeps every source file at a length that can be read', () => {
    const long = ['agent', 'drivers', 'config', 'scripts', 'test']
      .flatMap((folder) => filesBelow(folder))
      .filter((path) => /\.tsx?$/.test(path) && read(path).split('\n').length > 401);
    expect(long).toEqual([]);
  });
});

describe('the lock file', () => {
  const manifest: Manifest = { dependencies: { a: '1.0.0' } };
  const lock: Lock = {
    lockfileVersion: 3,
    packages: {
      '': { ...manifest },
      'node_modules/a': { version: '1.0.0', integrity: 'x', optionalDependencies: { b: '2.0.0', c: '1.0.0' } },
      'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'x' },
      'node_modules/c': { version: '1.0.0', integrity: 'x', resolved: 'https://registry.npmjs.org/c/-/c-1.0.0.tgz' },
    },
  };
  const packages = lock.packages ?? {};
  const without = (path: string): Lock => ({
    ...lock,
    packages: Object.fromEntries(Object.entries(packages).filter(([name]) => name !== path)),
  });

  it('is complete', () => {
    expect(lockProblems(manifest, lock)).toEqual([]);
    const own = lockProblems(
      JSON.parse(read('package.json')) as Manifest,
      JSON.parse(read('package-lock.json')) as Lock,
    );
    expect(own).toEqual([]);
  });

  it('is refused when an optional dependency, a version or an origin is wrong', () => {
    expect(lockProblems(manifest, without('node_modules/a/node_modules/b'))).toEqual([
      expect.stringMatching(/^node_modules\/a: its optional dependency b has no entry/),
    ]);
    expect(lockProblems(manifest, without('node_modules/c'))).toHaveLength(1);
    expect(lockProblems(manifest, { ...lock, lockfileVersion: 2 })).toEqual([expect.stringContaining('must be 3')]);
    const ranged: Manifest = { dependencies: { a: '^1.0.0' } };
    expect(lockProblems(ranged, { ...lock, packages: { ...packages, '': { ...ranged } } })).toEqual([
      expect.stringContaining('not an exact version'),
    ]);
    expect(lockProblems({}, lock)).toEqual([expect.stringMatching(/^a: .*disagree/)]);
    const elsewhere = { version: '1.0.0', integrity: 'x', resolved: 'http://10.0.0.1:4873/c.tgz' };
    expect(lockProblems(manifest, { ...lock, packages: { ...packages, 'node_modules/c': elsewhere } })).toEqual([
      expect.stringContaining('other machines may not reach'),
    ]);
  });
});
