/**
 * Writes what follows from schemas: of the config `config/upsteward.schema.json` for editors and `docs/configuration.md`
 * for operators, of the API its OpenAPI document. `npm run schema`.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openApi } from '../agent/portal/api/openapi.ts';
import { registeredDrivers } from '../config/config.ts';
import { branchesOf, editorSchema, fileOutline, type Outline } from '../config/json-schema.ts';
import type { Drivers } from '../config/schema.ts';

/** Each generated file, by its path from the project's folder. */
export function generatedFiles(drivers: Drivers): ReadonlyMap<string, string> {
  return new Map([
    ['config/upsteward.schema.json', `${JSON.stringify(editorSchema(drivers), null, 2)}\n`],
    ['docs/configuration.md', reference(fileOutline(drivers))],
    ['docs/api.openapi.json', `${JSON.stringify(openApi(), null, 2)}\n`],
  ]);
}

const preface = `<!-- Written by \`npm run schema\`: change the descriptions in config/schema.ts and drivers/*/options.ts instead. -->

# Configuration

One YAML file holds the whole configuration. It is the file named by \`--config\`, else by \`$UPSTEWARD_CONFIG\`, else
\`/etc/upsteward/config.yaml\`. Begin with a copy of [\`config/sample.yaml\`](../config/sample.yaml), which shows every key.

\`upsteward check\` lists all mistakes at once, each with its line and column and with what to write instead, and exits
with 1 if there is one:

\`\`\`text
config.yaml:12:5 ups[1].snmp.hots: is not a known key; did you mean \`host\`?
\`\`\`

Editors that know JSON Schema complete and check the file: its first line names \`upsteward.schema.json\`, which
lies beside the sample. Sections that many units share can be written once and taken over with YAML's \`&name\` and \`<<: *name\`.

## Secrets

A secret \`X\` (marked **secret** below) is looked for in this order, and the first place that has it counts:

1. \`X\` or \`XFile\` in the config file, never both. \`XFile\` names a file that holds the secret alone; a relative name
   counts from the folder of the config file, and a bare name is also looked for in \`$CREDENTIALS_DIRECTORY\`.
2. The environment: \`UPSTEWARD_\` and the path of the key in capitals, such as \`UPSTEWARD_MAIL_PASSWORD\` and
   \`UPSTEWARD_CLOUD_SECRET\`; for a UPS with its name, such as \`UPSTEWARD_UPS_SERVER_ROOM_SNMP_AUTH_PASSWORD\`, where
   whatever is no ASCII letter or digit becomes \`_\`. With \`_FILE\` at the end it names a file.
3. A credential of the service manager: a file in \`$CREDENTIALS_DIRECTORY\` named \`mail.password\`, \`cloud.secret\` or
   \`ups.NAME.snmp.authPassword\` (\`LoadCredential=\` of systemd).

A secret that is set but empty or unreadable is an error. A line break at its end is dropped. Secrets print as
\`<secret>\`. If the config file itself holds one, keep others from reading it: \`chmod 640\`.

## How values are written

- **Text** with a \`#\`, a \`: \`, or a special character at its beginning goes in quotes, and so does text that looks like a number.
- **Dates** are \`YYYY-MM-DD\`.
- **Durations** are a number and \`s\`, \`m\` or \`h\`; long ones are years (\`4y\`) or months (\`54mo\`).
`;

function reference(outline: Outline): string {
  const parts = [preface, '## Keys', '', 'What stands in the column *Default* is used where the key is left out.', ''];
  describeSection(parts, '', outline);
  return `${parts.join('\n').trimEnd()}\n`;
}

/** One table for the section, then one for each section in it. */
function describeSection(parts: string[], path: string, outline: Outline): void {
  const branches = branchesOf(outline);
  const required = new Set(
    branches.flatMap((branch) => (branch.properties === undefined ? [] : (branch.required ?? []))),
  );
  const keys = new Map(branches.flatMap((branch) => Object.entries(branch.properties ?? {})));
  parts.push(`### ${path === '' ? 'The file' : `\`${path}\``}`, '');
  if (path !== '' && outline.description !== undefined) parts.push(outline.description, '');
  parts.push('| key | type | default | meaning |', '| --- | --- | --- | --- |');
  for (const [key, child] of keys) {
    const secret = keys.has(`${key}File`) ? '**secret**, ' : '';
    const { text, fallback } = meaning(child);
    const missing = required.has(key) && !secret ? '**required**' : fallback;
    parts.push(`| \`${key}\` | ${secret}${cell(typeName(child))} | ${cell(missing)} | ${cell(text)} |`);
  }
  parts.push('');
  for (const [key, child] of keys) {
    const below = child.items ?? child;
    if (branchesOf(below).every(({ properties }) => properties === undefined)) continue;
    const childPath = `${path === '' ? '' : `${path}.`}${key}${child.items === undefined ? '' : '[]'}`;
    describeSection(
      parts,
      childPath,
      child.items === undefined ? child : { ...below, description: child.description ?? '' },
    );
  }
}

/** The description without its last sentence, if that names the default. */
function meaning(outline: Outline): { text: string; fallback: string } {
  const description = outline.description ?? '';
  if (outline.default !== undefined) {
    const written = JSON.stringify(outline.default);
    return { text: description, fallback: written === '[]' ? '' : `\`${written.replace(/^"(.*)"$/, '$1')}\`` };
  }
  const [, text, fallback] = /^(.*?)\s*Default: (.*)\.$/.exec(description) ?? [];
  return { text: text ?? description, fallback: fallback ?? '' };
}

function typeName(outline: Outline): string {
  const branches = branchesOf(outline);
  const allowed = branches.flatMap((each) => each.enum ?? (each.const === undefined ? [] : [each.const])).map(String);
  if (allowed.length > 0) return [...new Set(allowed)].map((value) => `\`${value}\``).join(' ');
  if (outline.format === 'date') return 'date';
  if (outline.minimum !== undefined && outline.maximum !== undefined)
    return `number ${outline.minimum} to ${outline.maximum}`;
  const names: Record<string, string> = { string: 'text', object: 'section', array: 'list', boolean: '`true` `false`' };
  const types = new Set(branches.flatMap(({ type }) => type ?? []).map((type) => names[type] ?? 'number'));
  return [...types].join(' or ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = new URL('../', import.meta.url);
  for (const [path, content] of generatedFiles(registeredDrivers())) {
    await writeFile(new URL(path, root), content);
    console.log(`wrote ${path}`);
  }
}
