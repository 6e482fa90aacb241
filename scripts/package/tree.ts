/** A folder that becomes the content of a package: the same on every machine, whoever builds it. */
import { createHash } from 'node:crypto';
import { chmod, cp, lutimes, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export class Tree {
  readonly folder: string;
  readonly #programs = new Set<string>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The place of a path of the installed system. */
  at(path: string): string {
    return join(this.folder, path);
  }

  async put(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(this.at(path)), { recursive: true });
    await writeFile(this.at(path), content);
  }

  /** Compressed, under the name with `.gz`; the header names neither a time nor the machine. */
  async putCompressed(path: string, content: string | Uint8Array): Promise<void> {
    const bytes = gzipSync(content, { level: 9 });
    bytes[9] = 3;
    await this.put(`${path}.gz`, bytes);
  }

  async copy(from: string, path: string): Promise<void> {
    await cp(from, this.at(path), { recursive: true });
  }

  async link(path: string, target: string): Promise<void> {
    await mkdir(dirname(this.at(path)), { recursive: true });
    await symlink(target, this.at(path));
  }

  /** Says that a file can be run. */
  program(path: string): void {
    this.#programs.add(path);
  }

  /** The files below, sorted, as paths of the installed system; links are none. */
  async files(below = ''): Promise<string[]> {
    const entries = await readdir(this.at(below), { withFileTypes: true });
    const found = await Promise.all(
      entries.map(async (entry) => {
        const path = `${below}/${entry.name}`;
        if (entry.isDirectory()) return await this.files(path);
        return entry.isFile() ? [path] : [];
      }),
    );
    return found.flat().sort();
  }

  /** Lines for `md5sums`, and the size as dpkg counts it: each file in whole KiB. */
  async summary(): Promise<{ md5sums: string; installedKiB: number }> {
    const lines: string[] = [];
    let installedKiB = 0;
    for (const path of await this.files()) {
      const bytes = await readFile(this.at(path));
      lines.push(`${createHash('md5').update(bytes).digest('hex')}  ${path.slice(1)}\n`);
      installedKiB += Math.ceil(bytes.length / 1024);
    }
    return { md5sums: lines.join(''), installedKiB };
  }

  /** Gives everything the same time, and the permissions that it needs. */
  async settle(epoch: number, below = ''): Promise<void> {
    for (const entry of await readdir(this.at(below), { withFileTypes: true })) {
      const path = `${below}/${entry.name}`;
      if (entry.isDirectory()) await this.settle(epoch, path);
      else if (entry.isFile()) await chmod(this.at(path), this.#programs.has(path) ? 0o755 : 0o644);
      await lutimes(this.at(path), epoch, epoch);
    }
    await chmod(this.at(below), 0o755);
    if ((await stat(this.at(below))).isDirectory()) await lutimes(this.at(below), epoch, epoch);
  }
}
