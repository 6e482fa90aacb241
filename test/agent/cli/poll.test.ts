import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedUnit, type Simulator, startSimulator } from '../../../scripts/simulator/simulator.ts';
import { oids, smartUps } from '../../../scripts/simulator/units.ts';
import { type CliResult, cli } from '../../support/cli.ts';

const card = (id: string, description: string) => ({
  [oids.sysDescr]: description,
  [oids.sysObjectId]: { oid: id },
});
const rfc1628 = '1.3.6.1.2.1.33.1';

const units: readonly SimulatedUnit[] = [
  {
    name: 'ups',
    values: {
      ...smartUps({
        serial: 'AS2216000042',
        installed: '07/01/2023',
        replaceBy: '07/01/2028',
        testDate: '',
        externalCartridge: '',
        health: [1],
        cartridges: [
          { pack: 1, cartridge: 1, installed: '07/01/2023', replaceBy: '07/01/2028' },
          { pack: 2, cartridge: 1, installed: '05/04/2022', replaceBy: '05/04/2027', status: [2] },
        ],
      }),
    },
  },
  { name: 'doubtful', values: smartUps({ serial: 'AS2216000043', installed: '04/18/2022', replaceBy: '' }) },
  {
    name: 'other-vendor',
    values: {
      ...card('1.3.6.1.4.1.99999', 'Example Power card'),
      [`${rfc1628}.1.1.0`]: 'Example Power',
      [`${rfc1628}.1.2.0`]: 'Tower 9',
      [`${rfc1628}.2.1.0`]: 2,
      [`${rfc1628}.6.1.0`]: { gauge: 0 },
    },
  },
  { name: 'not-a-ups', values: card('1.3.6.1.4.1.8072.3.2.10', 'Linux') },
  { name: 'no-application', values: card('1.3.6.1.4.1.318', 'APC SNMP Agent') },
  { name: 'ups-lost', values: { ...smartUps(), [oids.commStatus]: 2 } },
  { name: 'unreachable', values: {}, behaviour: { silent: true } },
];

interface Output {
  readonly ups: string;
  readonly driver: string;
  readonly verdict: string;
  readonly message?: string;
  readonly facts: Record<string, { value: unknown; source: string; confidence: string; raw?: string; why?: string }>;
}

let simulator: Simulator;
let home: string;

beforeAll(async () => {
  simulator = await startSimulator({ units: units.map((unit) => ({ ...unit, community: `is ${unit.name}+&%` })) });
  home = await mkdtemp(join(tmpdir(), 'home-'));
});
afterAll(async () => {
  await simulator.close();
  await rm(home, { recursive: true, force: true });
});

/** As on a machine where nothing is configured. */
async function poll(name: string, ...more: string[]): Promise<CliResult & { output: Output }> {
  const community = encodeURIComponent(`is ${name}+&%`);
  const target = `snmp://127.0.0.1:${simulator.port}?community=${community}&timeout=0.5&retries=1`;
  const result = await cli(['poll', target, ...more], { cwd: home, env: { HOME: home } });
  const output = more.includes('--json') ? (JSON.parse(result.stdout) as Output) : undefined;
  return { ...result, output: output ?? { ups: '', driver: '', verdict: '', facts: {} } };
}

describe('poll of a target that is in no config', { timeout: 60_000 }, () => {
  it('says what it read as JSON', async () => {
    const [{ code, stderr, output }, doubtful] = await Promise.all([poll('ups', '--json'), poll('doubtful', '--json')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(Object.keys(output)).toEqual(['ups', 'driver', 'verdict', 'facts']);
    expect(output).toMatchObject({ ups: `127.0.0.1:${simulator.port}`, driver: 'snmp', verdict: 'ups' });
    const { facts } = output;
    expect(facts['device.model']).toEqual({
      value: 'Smart-UPS 1500',
      source: 'ups',
      confidence: 'sound',
      raw: 'Smart-UPS 1500',
    });
    expect(Object.fromEntries(Object.entries(facts).map(([key, { value }]) => [key, value]))).toMatchObject({
      'device.serial': 'AS2216000042',
      'device.part': 'SMT1500IC',
      'ups.mfr.date': '2022-04-18',
      'battery.date': '2022-05-04',
      'battery.date.maintenance': '2027-05-04',
      'battery.packs': 0,
      'battery.packs.bad': 0,
      'ups.test.result': 'passed',
      'battery.replace': false,
      'battery.needs-replacement': true,
      'battery.lifetime': 'near-end',
      'battery.cartridge': 'RBC7',
    });
    expect(facts['battery.date.maintenance'], 'the earliest of all cartridges').toMatchObject({
      source: 'ups',
      confidence: 'sound',
      raw: '05/04/2027',
    });
    expect(facts['battery.cartridges']?.value).toMatchObject([
      { pack: 1, cartridge: 1, installed: '2023-07-01', replaceBy: '2028-07-01' },
      { pack: 2, cartridge: 1, installed: '2022-05-04', replaceBy: '2027-05-04', status: ['needs-replacement'] },
    ]);
    for (const absent of ['ups.test.date', 'warranty.end', 'plan.end', 'battery.cartridge.external']) {
      expect(facts, 'what is absent is left out').not.toHaveProperty([absent]);
    }
    for (const fact of Object.values(facts)) {
      expect(['ups', 'estimate']).toContain(fact.source);
      expect(['sound', 'doubtful']).toContain(fact.confidence);
    }
    expect(doubtful.code).toBe(0);
    expect(doubtful.output.facts['battery.date'], 'the day it was made: never set').toMatchObject({
      value: '2022-04-18',
      confidence: 'doubtful',
      raw: '04/18/2022',
    });
  });

  it('says of each thing that is no UPS what it is, with exit code 3', async () => {
    const names = ['other-vendor', 'not-a-ups', 'no-application', 'ups-lost', 'unreachable'];
    const [vendor, ...others] = await Promise.all(names.map((name) => poll(name, '--json')));
    expect(vendor).toMatchObject({
      code: 0,
      output: { verdict: 'other-vendor', facts: { 'device.model': { value: 'Tower 9', raw: 'Tower 9' } } },
    });
    expect(others.map(({ code, output }) => [code, output.verdict, output.facts])).toEqual(
      names.slice(1).map((name) => [3, name, {}]),
    );
    for (const { output } of others) expect(output.message, output.verdict).toMatch(/\w+ \w+/);
    for (const { stdout, stderr } of others)
      expect(stdout + stderr, 'nobody sees the community').not.toMatch(/is \w+\+&/);
    expect(await readdir(home), 'nothing is written').toEqual([]);
  });

  it('prints lines for a person, and says what is wrong with a target', async () => {
    const [person, incomplete] = await Promise.all([
      poll('doubtful'),
      cli(['poll', 'snmp://10.0.0.5?comunity=SecretWord'], { cwd: home }),
    ]);
    expect(person.stdout).toMatch(/^127\.0\.0\.1:\d+: ups$/m);
    expect(person.stdout).toMatch(/^ {2}device\.model +Smart-UPS 1500 {2}\(ups\)$/m);
    expect(person.stdout).toMatch(/^ {2}battery\.date +2022-04-18 {2}\(ups, doubtful: .+\)$/m);
    expect(incomplete).toMatchObject({ code: 2, stderr: expect.stringMatching(/no option "comunity"/) });
    expect(incomplete.stderr).not.toMatch(/SecretWord|\n {4}at /);
  });
});
