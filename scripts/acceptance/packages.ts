/** Debian packages to try: built from this checkout, and under other versions. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './machine.ts';

/** Builds the package for this machine into a folder, and gives its file. @throws Error with what was said */
export async function buildPackage(folder: string): Promise<string> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const args = ['run', '--silent', 'package:deb', '--', '--arch', architecture, '--out', folder, '--fast'];
  const { code, stdout, stderr } = await command('npm', args, 600_000);
  if (code !== 0) throw new Error(`the package could not be built: ${stdout}${stderr}`);
  return stdout.split(':')[0] ?? '';
}

/** The same package under another version, in a folder. */
export async function asVersion(file: string, version: string, folder: string): Promise<string> {
  const content = join(folder, 'other');
  const control = join(content, 'DEBIAN/control');
  await command('dpkg-deb', ['-R', file, content]);
  await writeFile(control, (await readFile(control, 'utf8')).replace(/^Version: .*$/m, `Version: ${version}`));
  const made = join(folder, `upsteward_${version}.deb`);
  await command('dpkg-deb', ['--root-owner-group', '-Zxz', '-z0', '-b', content, made]);
  await rm(content, { recursive: true });
  return made;
}
