/**
 * The newest refresh token, where a provider hands out a new one with each use (RFC 6749 section 6): in a file of its own
 * in the state folder, which only its owner may read. Commands beside a running agent find it there, too.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { nodeFiles } from '../../store/files.ts';

export interface KeptToken {
  /** `undefined` where none is kept, or it belongs to another login than the configured one. */
  read(): Promise<string | undefined>;
  /** Durable once it settles. @throws the error of the file system */
  write(refreshToken: string): Promise<void>;
}

/** Which login the token goes back to: with another one in the config, it means nothing. */
export interface LoginOrigin {
  readonly url: string;
  readonly clientId: string;
  /** The one in the config. */
  readonly refreshToken: string;
}

const content = z.object({ origin: z.string(), refreshToken: z.string().min(1) });

export function keptToken(path: string, login: LoginOrigin): KeptToken {
  const origin = createHash('sha256')
    .update(JSON.stringify([login.url, login.clientId, login.refreshToken]))
    .digest('hex');
  return {
    read: async () => {
      const text = await readFile(path, 'utf8').catch(() => '');
      const kept = content.safeParse(parsed(text)).data;
      return kept?.origin === origin ? kept.refreshToken : undefined;
    },
    write: async (refreshToken) => await replace(path, `${JSON.stringify({ origin, refreshToken })}\n`),
  };
}

async function replace(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      // A command that root gave must not shut out the agent.
      const { uid, gid } = await stat(folder);
      if (process.getuid?.() === 0) await file.chown(uid, gid);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await nodeFiles.syncFolder(folder);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
