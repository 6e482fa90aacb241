/** What the config file would hold of a unit if it were added to it. */
import { addUps, type EditSources } from './edit.ts';
import { fileSystem } from './input.ts';
import { loadConfig } from './load.ts';
import type { UpsConfig } from './types.ts';
import type { UpsBlock } from './ups-block.ts';

/**
 * Does all that `addUps` does but the writing, and gives the unit back as the loader makes it: checked, with all defaults.
 * @throws ConfigEditError `bad-value` with the mistakes; whatever else keeps the file from being changed
 */
export async function plannedUps(path: string, block: UpsBlock, sources: EditSources = {}): Promise<UpsConfig> {
  let text = '';
  const replace: EditSources['replace'] = async (_original, planned) => {
    text = planned;
  };
  const [name] = await addUps(path, [block], { ...sources, replace });
  const { files = fileSystem } = sources;
  const read = async (each: string): Promise<string> => (each === path ? text : await files.read(each));
  const { config } = await loadConfig({ ...sources, path, files: { ...files, read } });
  const unit = config.ups.find((each) => each.name === name);
  if (unit === undefined) throw new Error(`${name} is not in the config to which it was added.`);
  return unit;
}
