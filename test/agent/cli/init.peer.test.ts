/** `init` at a real terminal. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../../config/config.ts';
import { type Simulator, startSimulator } from '../../../scripts/simulator/simulator.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { type MailSink, startMailSink } from '../../support/mail-sink.ts';
import { AtTerminal } from '../../support/pty.ts';

let folder: string;
let config: string;
let simulator: Simulator;
let sink: MailSink;
let terminal: AtTerminal | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'init-'));
  config = join(folder, 'config.yaml');
  simulator = await startSimulator({
    units: [{ name: 'rack', host: '127.9.5.2', values: smartUps({ serial: 'AS2212000001' }) }],
  });
  sink = await startMailSink({ auth: { user: 'ups', password: 'PasswordMarker' } });
});

afterEach(async () => {
  await terminal?.kill();
  await simulator.close();
  await sink.close();
  await rm(folder, { recursive: true, force: true });
});

function init(): AtTerminal {
  const { port } = simulator.unit('rack');
  const ports = ['--port', `snmp=${port}`, '--port', `modbus=${port}`, '--rate', '1000'];
  terminal = new AtTerminal(['--config', config, 'init', '--state-dir', 'state', ...ports]);
  return terminal;
}

test('from nothing to a config that loads, with a UPS and a test mail; the password is not shown', async () => {
  const at = init();
  await at.answer('Your company', 'Customer Ltd');
  await at.answer('Who looks after the UPS units', 'Ira');
  await at.answer('Mail address of that person', 'nobody');
  await at.shows('"nobody" is not a mail address');
  await at.answer('Mail address of that person', 'it@customer.example');
  await at.answer('Phone number', '');
  await at.answer('Time zone of the site [UTC]', 'Europe/Berlin');
  await at.answer('Language of the mails', '');
  await at.answer('Mail server', sink.url);
  await at.answer('User name', 'ups');
  await at.answer('Password for the mail server', 'PasswordMarker');
  await at.answer('Sender of the mails', '');
  await at.answer('Mail address of the reseller', 'sales@reseller.example');
  await at.shows('The mail server answers: encrypted, logged in.');
  await at.answer('Send yourself a test mail', '');
  await at.shows('took a test mail to it@customer.example');
  await at.answer('Addresses of UPS cards', '127.9.5.0/30');
  await at.answer('SNMP read community', '');
  await at.shows('Smart-UPS 1500, serial AS2212000001');
  await at.answer('Watch this UPS', '');
  await at.answer('What you call it', 'Server room');
  await at.answer(`Write ${config}`, '');
  await at.shows('reseller accept CODE');
  expect(await at.ended()).toBe(0);
  expect(at.screen).not.toContain('PasswordMarker');
  const loaded = await loadConfig({ path: config, env: {} });
  expect(loaded.warnings).toEqual([]);
  expect(loaded.config).toMatchObject({ ups: [{ name: 'Server room' }], site: { timeZone: 'Europe/Berlin' } });
  expect(await readFile(join(folder, 'mail.password'), 'utf8')).toBe('PasswordMarker\n');
  expect((await stat(join(folder, 'mail.password'))).mode & 0o777).toBe(0o600);
  expect(sink.mails.map(({ to }) => to)).toEqual([['it@customer.example']]);
});

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s at a question ends it with nothing written', async (_name, key) => {
  const at = init();
  await at.answer('Your company', 'Customer Ltd');
  await at.shows('Who looks after the UPS units');
  at.type(key);
  await at.shows('nothing was written');
  expect(await at.ended()).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});
