/** Puts new files in their places, each whole or not at all, and keeps what stood there. */
import { randomBytes } from 'node:crypto';
import { chown, copyFile, constants as fsConstants, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface NewFile {
  readonly path: string;
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * Writes all files beside their places first and then moves them there, so that a full disk or an early end changes nothing.
 * A folder that is missing is made, readable by its owner and group.
 * @param backupSuffix what stood at a place is kept under its name with this behind it
 * @param owner who shall own them, where this process may say so
 * @returns the paths of what was kept
 * @throws the file system's error; then nothing has changed, or what had been there is kept
 */
export async function placeFiles(
  files: readonly NewFile[],
  { backupSuffix, owner }: { readonly backupSuffix: string; readonly owner?: Owner | undefined },
): Promise<string[]> {
  const ready: { from: string; to: string }[] = [];
  const kept: string[] = [];
  try {
    for (const file of files) {
      await makeFolder(dirname(file.path), owner);
      const from = join(dirname(file.path), `.${basename(file.path)}.${randomBytes(6).toString('hex')}.tmp`);
      ready.push({ from, to: file.path });
      await fill(from, file, owner);
    }
    for (const { to } of ready) if (await keep(to, `${to}${backupSuffix}`)) kept.push(`${to}${backupSuffix}`);
    for (const { from, to } of ready) await rename(from, to);
    return kept;
  } catch (error) {
    await Promise.all(ready.map(({ from }) => rm(from, { force: true })));
    throw error;
  }
}

async function makeFolder(path: string, owner: Owner | undefined): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o750 });
  if (made !== undefined && owner !== undefined) await chown(path, owner.uid, owner.gid);
}

async function fill(path: string, { text, mode }: NewFile, owner: Owner | undefined): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function keep(path: string, copy: string): Promise<boolean> {
  try {
    await copyFile(path, copy, fsConstants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
