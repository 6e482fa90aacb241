/** Replaces a file whole or not at all, also through a power cut, and never over somebody else's change. */
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, type Stats } from 'node:fs';
import { access, constants, type FileHandle, open, readFile, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file as it was read, to be replaced later. */
export interface OriginalFile {
  /** Where it really stands: a symbolic link to it is followed, and stays. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** The file holds something else than what was read. */
export class ChangedMeanwhile extends Error {
  override readonly name = 'ChangedMeanwhile';
}

/** Reads a file that may be replaced. @throws the error of the file system */
export async function readOriginal(path: string): Promise<OriginalFile> {
  const real = await realpath(path);
  return { path: real, bytes: await readFile(real) };
}

/**
 * Puts a new text in the place of what was read: a new file in the same folder with the same mode and owner, made
 * durable, then renamed over the old one. Whoever may not write the file may not replace it either.
 * @throws ChangedMeanwhile, or the error of the file system; the old file is untouched then
 */
export async function replaceFile(original: OriginalFile, text: string): Promise<void> {
  const { path } = original;
  await access(path, constants.W_OK);
  const status = await stat(path);
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await fill(file, text, status);
    // The comparison and the rename follow each other without a pause, so that nothing of this process comes between.
    if (!readFileSync(path).equals(original.bytes)) throw new ChangedMeanwhile(`${path} was changed by somebody else`);
    renameSync(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

async function fill(file: FileHandle, text: string, { mode, uid, gid }: Stats): Promise<void> {
  try {
    await file.writeFile(Buffer.from(text, 'utf8'));
    const own = await file.stat();
    if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid);
    await file.chmod(mode & 0o7777);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The rename has happened: a folder that cannot be opened is no reason to say otherwise. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
