/** The way of a new text onto the disk. */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addUps, ConfigEditError, edit, setReseller } from '../../config/config.ts';

const text =
  'site: { company: E, contact: { name: K, mail: k@example.com } }\nmail: { url: "smtp://localhost", from: k@example.com }\n';
const sources = { env: {}, systemTimeZone: 'UTC' };
const wanted = { email: 'a@example.com' };

let folder: string;
let path: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'upsteward-replace-')));
  path = join(folder, 'config.yaml');
  writeFileSync(path, text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function refusal(doing: Promise<unknown>): Promise<ConfigEditError> {
  const error = await doing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigEditError)) throw new Error('It was not refused.');
  return error;
}

/** Does something without the rights of the system's administrator. */
async function asNobody<T>(doing: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await doing();
  process.seteuid?.(65_534);
  try {
    return await doing();
  } finally {
    process.seteuid?.(0);
  }
}

test('the mode and the owner stay, and nothing else is left in the folder', async () => {
  chmodSync(path, 0o640);
  if (process.geteuid?.() === 0) chownSync(path, 1234, 4321);
  const before = statSync(path);
  await setReseller(path, wanted, sources);
  const after = statSync(path);
  expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid]);
  expect(after.ino).not.toBe(before.ino);
  expect(readdirSync(folder)).toEqual(['config.yaml']);
});

test('a symbolic link is followed and stays; names in the file count from where it is named', async () => {
  mkdirSync(join(folder, 'real'));
  mkdirSync(join(folder, 'etc'));
  const real = join(folder, 'real', 'site.yaml');
  const link = join(folder, 'etc', 'config.yaml');
  writeFileSync(real, text.replace('from:', 'user: u, passwordFile: pw, from:'));
  writeFileSync(join(folder, 'etc', 'pw'), 'secret');
  symlinkSync('../real/site.yaml', link);
  await setReseller(link, wanted, sources);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(real, 'utf8')).toContain('email: a@example.com');
  expect(readdirSync(join(folder, 'real'))).toEqual(['site.yaml']);
});

test('a change by somebody else between reading and replacing stays', async () => {
  const theirs = `${text}# mine\n`;
  const doing = edit(
    path,
    (file) => {
      file.set(['reseller', 'email'], 'a@example.com');
      writeFileSync(path, theirs);
    },
    sources,
  );
  const error = await refusal(doing);
  expect([error.code, error.retry]).toEqual(['changed-meanwhile', true]);
  expect(readFileSync(path, 'utf8')).toBe(theirs);
  expect(readdirSync(folder)).toEqual(['config.yaml']);
});

test('of two edits at once, one is told to try again, and none is lost unseen', async () => {
  const results = await Promise.allSettled(
    ['a', 'b'].map((host) => addUps(path, [{ keys: { name: host, apcupsd: { host } } }], sources)),
  );
  const done = results.filter(({ status }) => status === 'fulfilled').length;
  expect(readFileSync(path, 'utf8').match(/- name/g)?.length).toBe(done);
  for (const result of results) if (result.status === 'rejected') expect(result.reason.code).toBe('changed-meanwhile');
});

test('a file that is not there', async () => {
  symlinkSync('nowhere', join(folder, 'link'));
  for (const name of ['missing.yaml', 'link', 'config.yaml/x']) {
    const error = await refusal(setReseller(join(folder, name), wanted, sources));
    expect([error.code, error.retry]).toEqual(['no-such-file', false]);
  }
});

test('without the right to write, the block to write by hand is told', async () => {
  chmodSync(folder, 0o755);
  chmodSync(path, 0o644);
  if (process.geteuid?.() !== 0) chmodSync(path, 0o444);
  const error = await refusal(asNobody(async () => await setReseller(path, wanted, sources)));
  expect([error.code, error.retry]).toEqual(['read-only', false]);
  expect(error.message).toContain('(EACCES)');
  expect(error.byHand).toBe('Write:\n\nreseller:\n  email: a@example.com\n');
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('without the right to write the folder, and where the owner cannot be kept', async () => {
  chmodSync(folder, 0o555);
  chmodSync(path, 0o666);
  expect((await refusal(asNobody(async () => await setReseller(path, wanted, sources)))).code).toBe('read-only');
  chmodSync(folder, 0o777);
  if (process.geteuid?.() !== 0) return;
  const error = await refusal(asNobody(async () => await setReseller(path, wanted, sources)));
  expect(error.message).toContain('(EPERM)');
  expect(readFileSync(path, 'utf8')).toBe(text);
  expect(readdirSync(folder)).toEqual(['config.yaml']);
});

test('what a disk or a mount refuses has a name', async () => {
  const codes = {
    EROFS: 'read-only',
    EBUSY: 'read-only',
    EPERM: 'read-only',
    ENOSPC: 'write-failed',
    EIO: 'write-failed',
  };
  for (const [code, expected] of Object.entries(codes)) {
    const replace = async () => {
      throw Object.assign(new Error(code), { code });
    };
    const error = await refusal(setReseller(path, wanted, { ...sources, replace }));
    expect([error.code, error.retry]).toEqual([expected, expected === 'write-failed']);
    expect(error.byHand).toContain('email: a@example.com');
  }
});
