/** The same devices, played by programs that know nothing of the drivers: Debian's snmpsim, and a serial line of socat. */
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { expect, it } from 'vitest';
import { loadDriver } from '../../drivers/registry.ts';
import { upslinkOptions } from '../../drivers/upslink/options.ts';
import { readDevice, upslinkAnswers } from '../../scripts/simulator/capture.ts';
import { driverFor, firstReading, peer } from '../drivers/snmp/peer.ts';
import { ptyPair } from '../drivers/upslink/pty.ts';
import type { Expected } from './read.ts';

const root = new URL('.', import.meta.url).pathname;
const folders = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
const devices = await Promise.all(folders.map(async (name) => ({ name, ...(await readDevice(join(root, name))) })));

async function expected(name: string): Promise<Expected['reading']> {
  return (JSON.parse(await readFile(join(root, name, 'expected.json'), 'utf8')) as Expected).reading;
}

it('snmpsim plays those of SNMP', async () => {
  const cards = devices.filter(({ device }) => device.driver === 'snmp');
  const files = Object.fromEntries(cards.map(({ name, answers }) => [`${name}.snmprec`, answers]));
  // It refuses to stay root.
  const user = getuid?.() === 0 ? ['--process-user=nobody', '--process-group=nogroup'] : [];
  await using agent = await peer(
    'snmpsimd',
    () => files,
    (folder, port) => [
      ...[`--data-dir=${folder}`, `--cache-dir=${join(folder, 'cache')}`],
      ...[`--agent-udpv4-endpoint=127.0.0.1:${port}`, ...user],
    ],
  );
  await agent.start();
  expect(cards.length).toBeGreaterThan(8);
  for (const { name, device } of cards) {
    const [version = 'auto'] = device.behaviour?.versions ?? [];
    const driver = await driverFor(agent.port, { community: name, version });
    const reading = await firstReading(driver);
    await driver.close();
    expect(JSON.parse(JSON.stringify(reading)), name).toEqual(await expected(name));
  }
});

it('socat carries those of UPS-Link', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'captures-'));
  await using line = await ptyPair(folder);
  for (const { name, answers } of devices.filter(({ device }) => device.driver === 'upslink')) {
    line.ups.answers.clear();
    for (const [question, answer] of Object.entries(upslinkAnswers(answers))) line.ups.answers.set(question, answer);
    const options = upslinkOptions.schema.parse({ device: line.device });
    const context = { ups: name, monotonic: () => performance.now(), log: () => {} };
    const driver = (await loadDriver('upslink')).create(options, context);
    const reading = await driver.read();
    await driver.close();
    expect(JSON.parse(JSON.stringify(reading)), name).toEqual(await expected(name));
  }
  await rm(folder, { recursive: true, force: true });
});
