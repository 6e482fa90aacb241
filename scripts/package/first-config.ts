/** The config of a new installation: the sample, with empty places where only the site knows what belongs there. */

/** Lines of the sample that hold an example where a site has its own. */
const examples = [
  /^( {2}company:) Example Ltd$/m,
  /^( {4}name:) Kim Example$/m,
  /^( {4}mail:) it@example\.com$/m,
  /^( {2}url:) smtp:\/\/localhost$/m,
  /^( {2}from:) UPS Steward <ups@example\.com>$/m,
  /^( {6}host:) ups1\.example\.com$/m,
] as const;

const schemaLine = '# yaml-language-server: $schema=./upsteward.schema.json\n';

/**
 * The first config. `upsteward check` says of each empty place what belongs there, and no agent starts with one left.
 * @param schemaPath where an editor finds the JSON Schema
 * @throws Error when the sample has changed so that a place is not found: adjust the list then
 */
export function firstConfig(sample: string, schemaPath: string): string {
  if (!sample.startsWith(schemaLine)) throw new Error('the first line of the sample does not name its schema any more');
  const head = `# yaml-language-server: $schema=${schemaPath}\n## Fill in the empty places: \`upsteward check\` lists those that are left.\n##\n`;
  return examples.reduce((text, example) => {
    if (text.match(new RegExp(example.source, 'gm'))?.length !== 1)
      throw new Error(`the sample has not one line ${example.source} any more`);
    return text.replace(example, '$1');
  }, head + sample.slice(schemaLine.length).replace(/^##\n/, ''));
}
