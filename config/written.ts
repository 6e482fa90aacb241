/** The file as it is written, before secrets are looked up. */
import { parseText } from './document.ts';
import { fileSystem, isRecord, type Tree } from './input.ts';

/**
 * The units of `ups:` with their sections as they stand in the file, references followed: what names a file or the
 * environment still does. For copying an access from one unit to another.
 * @throws the error of the file system
 */
export async function writtenUps(path: string): Promise<readonly Readonly<Tree>[]> {
  const { value } = parseText(await fileSystem.read(path));
  const units = isRecord(value) ? value['ups'] : undefined;
  return Array.isArray(units) ? units.filter(isRecord) : [];
}
