/** What an edit changes in the text of a config file, character by character. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addUps,
  type ConfigEditError,
  edit,
  type ResellerEdit,
  setReseller,
  type UpsBlock,
} from '../../config/config.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upsteward-edit-'));
  path = join(folder, 'config.yaml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sources = { env: {}, systemTimeZone: 'UTC' };
const site = 'site: { company: Example Ltd, contact: { name: Kim, mail: it@example.com } }\n';
const mail = 'mail: { url: "smtp://localhost", from: ups@example.com }\n';

const rack: UpsBlock = { keys: { name: 'Rack', snmp: { host: '10.0.0.5' } } };

async function reseller(text: string, wanted: ResellerEdit): Promise<string> {
  writeFileSync(path, text);
  await setReseller(path, wanted, sources);
  return readFileSync(path, 'utf8');
}

async function units(text: string, ...blocks: UpsBlock[]): Promise<string> {
  writeFileSync(path, text);
  await addUps(path, blocks, sources);
  return readFileSync(path, 'utf8');
}

async function refusal(doing: Promise<unknown>): Promise<ConfigEditError> {
  return (await doing.then(
    () => undefined,
    (error: unknown) => error,
  )) as ConfigEditError;
}

describe('setReseller', () => {
  test('a missing section is written where one looks for it', async () => {
    expect(await reseller(`${site}${mail}# the end\n`, { email: 'a@example.com', language: 'fr' })).toBe(
      `${site}reseller:\n  email: a@example.com\n  language: fr\n${mail}# the end\n`,
    );
  });

  test('in a file with blank lines it gets one too, behind the comments of the section before', async () => {
    const start =
      'site:\n  company: Example Ltd\n  contact:\n    name: Kim\n    mail: it@example.com # mine\n    #phone: 1\n';
    expect(await reseller(`${start}\n# How mail leaves\n${mail}`, { email: 'a@example.com' })).toBe(
      `${start}\nreseller:\n  email: a@example.com\n\n# How mail leaves\n${mail}`,
    );
  });

  test('an address changes in its quotes, and its comment stays', async () => {
    for (const quote of ['', '"', "'"]) {
      const text = (address: string) =>
        `${site}reseller:\n  # one\n  email:   ${quote}${address}${quote}   # seller\n\n  # two\n${mail}`;
      expect(await reseller(text('a@example.com'), { email: 'b@example.com' })).toBe(text('b@example.com'));
    }
  });

  test('what goes leaves its comments behind', async () => {
    const text = `${site}# who\nreseller: # seller\n  # address\n  email: a@example.com # mine\n  #language: de\n${mail}`;
    expect(await reseller(text, { email: null })).toBe(
      `${site}# who\n# seller\n  # address\n  # mine\n  #language: de\n${mail}`,
    );
  });

  test('the language goes with the last reason for the section, and alone without it', async () => {
    const text = `${site}reseller:\n  language: de # L\n  email: a@example.com\n${mail}`;
    expect(await reseller(text, { language: null })).toBe(`${site}reseller:\n  # L\n  email: a@example.com\n${mail}`);
    expect(await reseller(text, { email: null })).toBe(`${site}  # L\n${mail}`);
  });

  test('no interest takes the place of an address, and an address that of no interest', async () => {
    const text = `${site}reseller:\n  email: a@example.com\n${mail}`;
    const none = await reseller(text, { notInterested: true });
    expect(none).toBe(`${site}reseller:\n  notInterested: true\n${mail}`);
    expect(await reseller(none, { email: 'a@example.com' })).toBe(text);
    expect(await reseller(none, { notInterested: false })).toBe(`${site}${mail}`);
  });

  test('in braces, and in a file that is JSON', async () => {
    const line = `${site}reseller: { email: a@example.com, language: de } # both\n${mail}`;
    expect(await reseller(line, { email: 'b@example.com', language: null })).toBe(
      `${site}reseller: { email: b@example.com } # both\n${mail}`,
    );
    expect(await reseller(`${site}reseller: { notInterested: true }\n${mail}`, { email: 'a@example.com' })).toBe(
      `${site}reseller: { email: a@example.com }\n${mail}`,
    );
    const json = JSON.stringify(
      {
        site: { company: 'E', contact: { name: 'K', mail: 'k@example.com' } },
        mail: { url: 'smtp://localhost', from: 'k@example.com' },
      },
      undefined,
      2,
    );
    const added = await reseller(json, { email: 'a@example.com' });
    expect(added).toContain('reseller: { email: a@example.com }');
    expect(added.split('\n').filter((each) => json.split('\n').includes(each)).length).toBe(
      json.split('\n').length - 1,
    );
  });

  test('nothing to change writes nothing', async () => {
    writeFileSync(path, `${site}reseller: { email: a@example.com }\n${mail}`);
    expect(await setReseller(path, { email: 'a@example.com' }, sources)).toBe(false);
    expect(await setReseller(path, {}, sources)).toBe(false);
  });

  test('an address that cannot stand there is refused with what is wrong with it', async () => {
    writeFileSync(path, `${site}${mail}`);
    for (const email of ['nobody', 'a@example.com, b@example.com', 'a@b\r\nups: []', '']) {
      const error = await refusal(setReseller(path, { email }, sources));
      expect(error.code).toBe('bad-value');
      expect(error.problems[0]?.path).toBe('reseller.email');
      expect(readFileSync(path, 'utf8')).toBe(`${site}${mail}`);
    }
  });
});

describe('addUps', () => {
  const block = '  - name: Rack\n    snmp:\n      host: 10.0.0.5\n';

  test('the section is made where it is missing, empty or `[]`', async () => {
    expect(await units(`${site}${mail}# the end\n`, rack)).toBe(`${site}${mail}# the end\nups:\n${block}`);
    expect(await units(`${site}${mail}`.trimEnd(), rack)).toBe(`${site}${mail}ups:\n${block}`);
    expect(await units(`${site}ups: # mine\n  # none yet\n${mail}`, rack)).toBe(
      `${site}ups: # mine\n  # none yet\n${block}${mail}`,
    );
    expect(await units(`${site}ups: [ ]   # mine\n${mail}`, rack)).toBe(`${site}ups:   # mine\n${block}${mail}`);
    expect(await units(`${site}ups: ~\n${mail}`, rack)).toBe(`${site}ups:\n${block}${mail}`);
    expect(await units(`${site}${mail}...\n`, rack)).toBe(`${site}${mail}ups:\n${block}...\n`);
  });

  test('a unit is added behind the last one and its comments, indented like it', async () => {
    const list = 'ups:\n- name: One # first\n  nut: a@nas\n  #note: x\n';
    expect(await units(`${list}# next\n${site}${mail}`, rack)).toBe(
      `${list}- name: Rack\n  snmp:\n    host: 10.0.0.5\n# next\n${site}${mail}`,
    );
    const spaced = '\n  - name: Two\n    nut: b@nas\n';
    const wide = `${site}${mail}ups:\n  - name: One\n    nut: a@nas\n`;
    expect(await units(`${wide}${spaced}\n  #- name: Example\n`, rack)).toBe(
      `${wide}${spaced}\n${block}\n  #- name: Example\n`,
    );
  });

  test('a list in brackets stays one', async () => {
    expect(await units(`${site}${mail}ups: [{ name: One, nut: a@nas }, # first\n]\n`, rack)).toBe(
      `${site}${mail}ups: [{ name: One, nut: a@nas }, { name: Rack, snmp: { host: 10.0.0.5 } }, # first\n]\n`,
    );
    const json = JSON.stringify({ site: { company: 'E', contact: { name: 'K', mail: 'k@example.com' } }, ups: [] });
    expect(await units(json, rack)).toBe(`${json.slice(0, -3)}[ { name: Rack, snmp: { host: 10.0.0.5 } } ]}`);
  });

  test('each name once, with explanations above, in the line ends of the file', async () => {
    const text = `\uFEFF${site}${mail}ups:\n  - name: Rack\n    nut: a@nas\n`.replaceAll('\n', '\r\n');
    const second: UpsBlock = { keys: { name: 'Rack', nut: 'ä "b"@nas: #' }, comments: ['seen\r\nby NUT', 'Größe'] };
    const added = await units(text, rack, {
      keys: { name: 'Rack', apcupsd: { host: 'h' } },
      comments: second.comments ?? [],
    });
    const crlf = (lines: string) => lines.replaceAll('\n', '\r\n');
    expect(added).toBe(
      text +
        crlf('  - name: Rack (2)\n    snmp:\n      host: 10.0.0.5\n  ## seen by NUT\n  ## Größe\n') +
        crlf('  - name: Rack (3)\n    apcupsd:\n      host: h\n'),
    );
  });

  test('names of hostile devices are only names', async () => {
    const names = [
      '*x',
      '&a',
      '- a',
      'x: y',
      'a #b',
      '{',
      "it's",
      '"',
      '=HYPERLINK("x")',
      '<script>',
      'no',
      '12',
      'null',
    ];
    const blocks = names.map((name): UpsBlock => ({ keys: { name, snmp: { host: `h${names.indexOf(name)}` } } }));
    writeFileSync(path, `${site}${mail}`);
    expect(await addUps(path, blocks, sources)).toEqual(names);
    writeFileSync(path, `${site}${mail}ups: [{ name: a, nut: a@nas }]`);
    expect(await addUps(path, blocks, sources)).toEqual(names);
  });

  test('two units of one address are refused by the loader', async () => {
    writeFileSync(path, `${site}${mail}`);
    const error = await refusal(addUps(path, [rack, rack], sources));
    expect(error.code).toBe('bad-value');
    expect(error.message).toContain('reads the same device as ups[0]');
  });
});

describe('what an edit leaves to a person', () => {
  test('references: a change that would reach further than asked', async () => {
    const text = `${site}${mail}ups: &all\n  - name: One\n    nut: a@nas\n`;
    const cases: [string, Promise<unknown>][] = [];
    writeFileSync(path, `x: 1\n${text}`);
    cases.push(['invalid', setReseller(path, { email: 'a@example.com' }, sources)]);
    for (const [code, doing] of cases) expect((await refusal(doing)).code).toBe(code);
    const shared = `site: { company: E, contact: { name: K, mail: &me k@example.com } }\n${mail}reseller:\n  email: *me\n`;
    writeFileSync(path, shared);
    const error = await refusal(setReseller(path, { email: 'a@example.com', language: 'de' }, sources));
    expect(error.code).toBe('by-hand');
    expect(error.byHand).toBe('Write:\n\nreseller:\n  email: a@example.com\n  language: de\n');
    expect(readFileSync(path, 'utf8')).toBe(shared);
    const kept = `site: { company: E, contact: { name: K, mail: *seller } }\n`;
    const anchored = `reseller: { email: &seller a@example.com }\n${kept}${mail}`;
    writeFileSync(path, anchored);
    expect((await refusal(setReseller(path, { email: 'b@example.com' }, sources))).code).toBe('by-hand');
    expect((await refusal(setReseller(path, { email: null }, sources))).code).toBe('by-hand');
    expect(readFileSync(path, 'utf8')).toBe(anchored);
  });

  test('a list that is a reference: all blocks to write are named', async () => {
    writeFileSync(path, `${site}${mail}battery: {}\nups: !!seq\n`);
    writeFileSync(path, `${site}${mail}ups: &u [{ name: One, nut: a@nas }]\n`);
    expect(await addUps(path, [rack], sources)).toEqual(['Rack']);
    writeFileSync(path, `? ups\n${site}${mail}`);
    const error = await refusal(addUps(path, [rack, { keys: { name: 'Two', nut: 'b@nas' } }], sources));
    expect(error.code).toBe('by-hand');
    expect(error.byHand).toBe(
      'Add to the list `ups:`:\n\n  - name: Rack\n    snmp:\n      host: 10.0.0.5\n  - name: Two\n    nut: b@nas\n',
    );
  });

  test('a file that has mistakes already', async () => {
    for (const text of ['', '# nothing\n', `${site}${mail}colour: red\n`, `${site}${mail}ups: "open\n`]) {
      writeFileSync(path, text);
      const error = await refusal(addUps(path, [rack], sources));
      expect(error.code).toBe('invalid');
      expect(error.problems.length).toBeGreaterThan(0);
      expect(error.message).toContain(`${path}:`);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });

  test('a file in another encoding', async () => {
    const bytes = Buffer.concat([Buffer.from(`${site}${mail}# M`), Buffer.from([0xfc]), Buffer.from('ller\n')]);
    writeFileSync(path, bytes);
    expect((await refusal(addUps(path, [rack], sources))).code).toBe('by-hand');
    expect(readFileSync(path)).toEqual(bytes);
  });

  test('secrets stay where they are', async () => {
    const secret = `${site}${mail.trimEnd().slice(0, -1)}, user: u, passwordFile: "pw" }\n`;
    writeFileSync(join(folder, 'pw'), 'a long secret\n');
    writeFileSync(path, secret);
    await edit(path, (file) => file.set(['log', 'level'], 'debug'), sources);
    expect(readFileSync(path, 'utf8')).toBe(`${secret}log:\n  level: debug\n`);
  });
});
