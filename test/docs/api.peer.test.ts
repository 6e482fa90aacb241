/** The lines with curl in docs/api.md, run as they are by a shell against a real agent. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smartUps } from '../../scripts/simulator/units.ts';
import { Place } from '../agent/cli/support.ts';
import { shellLines } from './shell-lines.ts';

const lines = shellLines().filter(({ text }) => text.startsWith('curl '));

describe('curl lines in the documentation', () => {
  let place: Place;
  let env: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    place = await Place.open([
      { name: 'one', values: smartUps({ serial: 'AS2212000001' }) },
      { name: 'two', community: 'other', values: smartUps({ serial: 'AS2212000002' }) },
    ]);
    const more = [
      'reseller: { email: sales@reseller.example }',
      `mail: { url: "${place.sink.url}", from: ups@customer.example }`,
      'portal: { listen: "127.0.0.1:0" }',
    ];
    const due = `battery: { replaceBy: ${place.day(20)} }`;
    await place.write(more.join('\n'), [
      `{ name: Server room, ${due}, ${place.snmp('one')} }`,
      `{ name: Basement, ${place.snmp('two', ', community: other')} }`,
    ]);
    await place.run(['run']).logged('run.done');
    await place.sink.arrived(1);
    const { pages } = await place.json<{ pages: string[] }>('status');
    const { token } = await place.json<{ token: string }>('token', 'create', 'script');
    env = { UPSTEWARD: `${pages[0]}/api/v1`, TOKEN: token };
  });

  afterAll(async () => await place.close());

  test('are there, and are run', () => {
    expect(lines.length).toBeGreaterThan(10);
  });

  test.each(lines)('$at: $text', async ({ text }) => {
    const { code, stdout, stderr } = await shell(text.replace('XXXX-XXXX', place.code()), env);
    expect([code, stderr], stdout).toEqual([0, '']);
    if (stdout !== '') expect(JSON.parse(stdout)).toBeTypeOf('object');
  });
});

async function shell(text: string, env: Readonly<Record<string, string>>) {
  const child = spawn('sh', ['-c', text], { env: { PATH: process.env['PATH'] ?? '', ...env } });
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      out[name] += part;
    });
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...out };
}
