/** What changes a UPS stands apart from what reads it: the reading code neither knows nor reaches it. */
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { driverNames, driverOptions } from '../../drivers/registry.ts';
import { loadWriter, whyNot, writerNames } from '../../drivers/writers.ts';
import { importsOf, isWriter } from './rules.ts';
import { filesBelow, read } from './tree.ts';

/** Every file that a file leads to, by imports of any kind. */
function reachable(from: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(from)) return found;
  found.add(from);
  for (const { from: written } of importsOf(from, read(from)))
    if (written.startsWith('.')) reachable(posix.join(posix.dirname(from), written), found);
  return found;
}

const drivers = filesBelow('drivers').filter((path) => path.endsWith('.ts'));
const writers = drivers.filter(isWriter);

/** Words of the libraries, and of the protocols, that stand for a change. */
const changes =
  /writeRegister|writeCoil|writeFC|maskWrite|SetRequest|ObjectType\.|\.set\(\s*\[|SET VAR|INSTCMD|\bFSD\b|LOGIN `/;
/** Comments may name what the code does not do. */
const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

describe('the reading code', () => {
  it('leads to no writer, from the registry on', () => {
    const found = [...reachable('drivers/registry.ts')];
    expect(found.length).toBeGreaterThan(30);
    expect(found.filter((path) => isWriter(path) || path === 'drivers/writers.ts')).toEqual([]);
  });

  it('has no word that changes a UPS', () => {
    for (const path of drivers) {
      if (isWriter(path)) expect(withoutComments(read(path)), `${path} is a writer`).toMatch(changes);
      else expect(withoutComments(read(path)), path).not.toMatch(changes);
    }
  });
});

describe('every driver', () => {
  it.each(driverNames)('%s has a writer, or says why it has none', async (name) => {
    const writer = await loadWriter(name);
    const { cannotWrite } = driverOptions(name);
    expect(writer === undefined).toBe(cannotWrite !== undefined);
    expect(writerNames.includes(name)).toBe(writer !== undefined);
    if (writer === undefined) expect(whyNot(name)).toBe(cannotWrite);
    else expect(writer.name).toBe(name);
  });

  it('is the only one to have a writer', async () => {
    expect(writers.map((path) => path.split('/')[1]).sort()).toEqual([...writerNames].sort());
    expect(driverNames).toEqual(expect.arrayContaining([...writerNames]));
    expect(await loadWriter('constructor')).toBeUndefined();
  });
});
