/** `init` against a mail server and a simulated card: by options, and asked by a scripted person. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type InitOptions, InitUsage } from '../../../agent/cli/init-answers.ts';
import { runInit } from '../../../agent/cli/init-run.ts';
import { cancelled, type Interview } from '../../../agent/cli/interview.ts';
import { realWorld } from '../../../agent/discovery/discover.ts';
import { loadConfig, readSample } from '../../../config/config.ts';
import { type Simulator, startSimulator } from '../../../scripts/simulator/simulator.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { type MailSink, startMailSink } from '../../support/mail-sink.ts';

const password = 'MailPasswordMarker';
let folder: string;
let config: string;
let simulator: Simulator;
let sink: MailSink;
let output: string;

beforeAll(async () => {
  simulator = await startSimulator({
    units: [
      { name: 'rack', host: '127.9.4.2', community: 'CommunityMarker', values: smartUps({ serial: 'AS2212000001' }) },
    ],
  });
});
afterAll(async () => await simulator.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'init-'));
  config = join(folder, 'config.yaml');
  sink = await startMailSink({ auth: { user: 'ups@customer.example', password } });
  output = '';
  await writeFile(join(folder, 'given.password'), `${password}\n`);
  await writeFile(join(folder, 'given.community'), 'CommunityMarker\n');
});
afterEach(async () => {
  await sink.close();
  await rm(folder, { recursive: true, force: true });
});

/** All that a site must say. */
const enough = (): InitOptions => ({
  company: 'Customer Ltd',
  contactName: 'Ira',
  contactMail: 'it@customer.example',
  mailUrl: sink.url,
  mailUser: 'ups@customer.example',
  mailPasswordFile: join(folder, 'given.password'),
});

const search = (): InitOptions => ({
  range: ['127.9.4.0/30'],
  port: [
    ['snmp', simulator.unit('rack').port],
    ['modbus', simulator.unit('rack').port],
  ],
  communityFile: join(folder, 'given.community'),
  rate: 1000,
});

const write = (text: string): void => {
  output += text;
};

async function init(options: InitOptions, interview?: Interview, env: Record<string, string> = {}): Promise<void> {
  await runInit({ config }, options, {
    env,
    stdout: { write },
    stderr: { write },
    interview,
    here: { timeZone: 'Europe/Berlin', systemState: false },
    now: () => new Date('2026-06-01T10:00:00Z'),
    service: false,
    world: { ...realWorld, timeoutMs: 200 },
  });
}

const mode = async (name: string): Promise<number> => (await stat(join(folder, name))).mode & 0o777;
const given = ['given.community', 'given.password'];
const load = async () => (await loadConfig({ path: config, env: {} })).config;

describe('init by options', () => {
  test('writes a config that loads, with what was found and the secrets beside it', async () => {
    await init({ ...enough(), ...search(), reseller: 'sales@reseller.example', sendTestMail: true });
    const loaded = await load();
    expect(loaded).toMatchObject({
      stateDir: join(folder, 'upsteward-state'),
      site: { company: 'Customer Ltd', timeZone: 'Europe/Berlin', contact: { name: 'Ira' } },
      mail: { from: { address: 'ups@customer.example', name: 'UPS Steward' } },
      reseller: { email: 'sales@reseller.example' },
      ups: [{ name: 'Smart-UPS 1500 127.9.4.2', driver: { name: 'snmp' } }],
    });
    expect((await readdir(folder)).sort()).toEqual(['config.yaml', ...given, 'mail.password', 'snmp.community']);
    expect(await readFile(join(folder, 'mail.password'), 'utf8')).toBe(`${password}\n`);
    expect([await mode('config.yaml'), await mode('mail.password'), await mode('snmp.community')]).toEqual([
      0o640, 0o600, 0o600,
    ]);
    expect(sink.mails.map(({ to, user }) => [to, user])).toEqual([[['it@customer.example'], 'ups@customer.example']]);
    expect(output).toContain('The mail server answers: encrypted, logged in.\n');
    expect(output).toContain(`upsteward --config ${config} run\n`);
    expect(output).toContain('goes to sales@reseller.example when the agent starts');
    const text = await readFile(config, 'utf8');
    for (const secret of [password, 'CommunityMarker']) expect(output + text).not.toContain(secret);
  });

  test('says everything that is missing or wrong at once, and writes nothing', async () => {
    const failure = init({ contactMail: 'a b', mailUrl: 'mail.example.com', mailUser: 'u', language: 'xx' });
    await expect(failure).rejects.toThrow(InitUsage);
    const message = await failure.catch((error: Error) => error.message);
    expect(message?.split('\n').map((line) => line.split(' ', 2).join(' '))).toEqual([
      '--company is',
      '--contact-name is',
      '--contact-mail "a',
      '--language the',
      '--mail-url "mail.example.com"',
      '--mail-password-file is',
    ]);
    expect(await readdir(folder)).toEqual(given);
  });

  test('the password may come from the environment, and is not written then', async () => {
    const { mailPasswordFile: _none, ...others } = enough();
    await init(others, undefined, { UPSTEWARD_MAIL_PASSWORD: password, UPSTEWARD_CONFIG: config });
    expect(output, 'the file is found without an option').toContain('upsteward run\n');
    expect((await readdir(folder)).sort()).toEqual(['config.yaml', ...given]);
    expect(parse(await readFile(config, 'utf8')).mail).not.toHaveProperty('passwordFile');
  });

  test('a mail server that refuses ends it before anything is written', async () => {
    await writeFile(join(folder, 'given.password'), 'another\n');
    await expect(init(enough())).rejects.toMatchObject({ code: 'mail-failed' });
    expect(await readdir(folder)).toEqual(given);
    await init({ ...enough(), mailTest: false });
    expect((await load()).ups).toEqual([]);
    expect(output).toContain('discover RANGE --write');
  });

  test('a config that somebody wrote stays, unless --force: then it is kept beside the new one', async () => {
    await writeFile(config, 'site: { company: Own }\n');
    await expect(init(enough())).rejects.toMatchObject({ code: 'exists' });
    expect(await readFile(config, 'utf8')).toBe('site: { company: Own }\n');
    await init({ ...enough(), force: true });
    expect((await load()).site.company).toBe('Customer Ltd');
    expect(await readFile(`${config}.before-init-20260601T100000000Z`, 'utf8')).toBe('site: { company: Own }\n');
  });

  test('a sample that nobody has filled in is no config yet', async () => {
    const { text } = await readSample();
    await writeFile(config, text.replace('company: Example Ltd', 'company:'));
    await init(enough());
    expect((await load()).site.company).toBe('Customer Ltd');
  });
});

/** Gives the answers one after the other; without any left, it presses Ctrl-C. */
class Person implements Interview {
  readonly #answers: string[];
  readonly #stop = new AbortController();
  said = '';

  constructor(...answers: string[]) {
    this.#answers = answers;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  async ask(question: string, usual?: string): Promise<string> {
    const answer = this.#answers.shift();
    this.said += `${question} [${usual}]: ${answer}\n`;
    if (answer === undefined) throw cancelled();
    return answer === '' ? (usual ?? '') : answer;
  }

  async secret(question: string): Promise<string> {
    this.said += `${question}\n`;
    return this.#answers.shift() ?? '';
  }

  say(text: string): void {
    this.said += `${text}\n`;
  }

  close(): void {}
}

describe('init with somebody who answers', () => {
  const about = ['Customer Ltd', 'Ira', 'it@customer.example', '', '', ''];

  test('asks again with the words of the config, changes the mail settings until they work, and names units', async () => {
    await sink.close();
    sink = await startMailSink({ auth: { user: 'u', password } });
    const person = new Person(
      '',
      ...['Customer Ltd', 'Ira', 'x', 'it@customer.example', '', 'Berlin', '', ''],
      ...[sink.url, 'u', 'wrong', '', 'sales@reseller.example', ''],
      ...['yes', '', '', '', 'u', password, ''],
      ...['perhaps', 'no'],
      ...['', 'Server room', ''],
    );
    await init(search(), person);
    expect(person.said).toContain('  This is needed.\n');
    expect(person.said).toContain('  "x" is not a mail address; write one such as name@example.com.\n');
    expect(person.said).toContain('  "Berlin" is not a time zone; write a name of the IANA database');
    expect(person.said).toContain('Write yes or no.\n');
    expect(person.said).toContain('Smart-UPS 1500, serial AS2212000001');
    const { ups, mail, reseller } = await load();
    expect(ups.map(({ name }) => name)).toEqual(['Server room']);
    expect(mail?.password?.reveal()).toBe(password);
    expect(reseller?.email).toBe('sales@reseller.example');
    expect(person.said).not.toContain(password);
  });

  test('Ctrl-C at any question leaves nothing behind', async () => {
    const all = [...about, sink.url, 'ups@customer.example', password, '', '', '', 'no', 'none', 'no'];
    for (const count of [0, 3, 7, 12, 13, 14, 15]) {
      await expect(init({}, new Person(...all.slice(0, count)))).rejects.toMatchObject({ code: 'cancelled' });
      expect(await readdir(folder)).toEqual(given);
    }
  });
});
