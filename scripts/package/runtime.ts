/** The Node that a package brings along: a pinned version from the npm registry, checked against what is written here. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cpu } from './prune.ts';

export interface Runtime {
  readonly version: string;
  /** Subresource integrity (`sha512-…`) of the package of each processor. */
  readonly integrity: Readonly<Record<Cpu, string>>;
}

const run = promisify(execFile);

/** The pinned version, from `runtime.json`. */
export async function pinnedRuntime(): Promise<Runtime> {
  return JSON.parse(await readFile(new URL('runtime.json', import.meta.url), 'utf8')) as Runtime;
}

/**
 * Puts `bin/node` and `LICENSE` into a folder.
 * @throws Error when what the registry hands out is not what was pinned
 */
export async function fetchRuntime(runtime: Runtime, cpu: Cpu, folder: string): Promise<void> {
  const name = `node-linux-${cpu}@${runtime.version}`;
  const download = await mkdtemp(join(tmpdir(), 'upsteward-node-'));
  try {
    const { stdout } = await run('npm', ['pack', name, '--silent', '--pack-destination', download]);
    const file = join(download, stdout.trim().split('\n').at(-1) ?? '');
    requireIntegrity(name, await readFile(file), runtime.integrity[cpu]);
    await run('tar', ['-xzf', file, '-C', folder, '--strip-components=1', 'package/bin/node', 'package/LICENSE']);
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}

/** @throws Error unless the bytes have the integrity that is expected of them */
export function requireIntegrity(name: string, bytes: Uint8Array, expected: string): void {
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (found === expected) return;
  throw new Error(`${name} is not what scripts/package/runtime.json pins: ${found} instead of ${expected}`);
}
