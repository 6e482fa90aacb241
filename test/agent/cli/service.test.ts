/** What a service manager hears of the agent from its start to its end. */
import { chmod, readFile, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { Place } from './support.ts';

let place: Place;

beforeAll(async () => {
  place = await Place.open([{ name: 'hall', values: smartUps({ replaceBy: '05/04/2045' }) }]);
  const program = join(place.folder, 'systemd-notify');
  await writeFile(program, '#!/bin/sh\nfor line; do echo "$line"; done >> "$NOTIFY_SOCKET"\n');
  await chmod(program, 0o755);
});
afterAll(() => place.close());

/** When a line of that kind is in the file. */
async function toldSo(file: string, line: RegExp): Promise<void> {
  const changes = watch(file)[Symbol.asyncIterator]();
  // The watch begins with the first call; what was written before it is read first.
  for (let change = changes.next(); !line.test(await readFile(file, 'utf8')); change = changes.next()) await change;
  await changes.return?.();
}

it('hears READY, signs of life, what becomes of a reload, and STOPPING', { timeout: 60_000 }, async () => {
  const mail = `mail: { url: "smtp://127.0.0.1:${place.sink.port}", from: ups@customer.example }`;
  const good = (): Promise<void> => place.write(mail, [`{ name: hall, ${place.snmp('hall')} }`]);
  await good();
  const told = join(place.folder, 'told');
  const agent = place.run(['run'], { env: { PATH: place.folder, NOTIFY_SOCKET: told, WATCHDOG_USEC: '100000' } });
  await agent.logged('run.done');

  await place.write(`${mail}\nnope: 1`, []);
  agent.signal('SIGHUP');
  await agent.logged('config.not-reloaded');
  const refused = await place.cli(['reload']);
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/config\.yaml:\d+:1 nope: /) });
  await good();
  const taken = await place.cli(['reload']);
  expect(taken).toEqual({ code: 0, stdout: 'The config was read again: 1 UPS.\n', stderr: '' });
  await place.write(`${mail}\nportal: { listen: "127.0.0.1:${place.sink.port}" }`, [
    `{ name: hall, ${place.snmp('hall')} }`,
  ]);
  const partly = await place.cli(['reload']);
  expect(partly, 'whoever asks is told what is not in force').toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^The config was read again: 1 UPS\.\nThe page is not there: another program listens at .+; write another port in portal\.listen\. It is tried again\.\n$/,
    ),
  });
  await toldSo(told, /^STATUS=The page is not there: .* 1 of 1 UPS answer, /m);
  agent.signal('SIGTERM');
  expect(await agent.ended()).toMatchObject({ code: 0, stderr: '' });

  const lines = (await readFile(told, 'utf8')).trim().split('\n');
  const moves = lines.filter((line) => /^(READY|RELOADING|STOPPING)=/.test(line));
  expect(moves).toEqual(['READY=1', ...Array(4).fill(['RELOADING=1', 'READY=1']).flat(), 'STOPPING=1']);
  const reloads = lines.flatMap((line) => (line.startsWith('MONOTONIC_USEC=') ? [Number(line.slice(15))] : []));
  expect(reloads).toHaveLength(4);
  expect(reloads[1]).toBeGreaterThan(reloads[0] ?? 0);
  expect(lines.filter((line) => line === 'WATCHDOG=1').length).toBeGreaterThan(0);
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^STATUS=The config file could not be read .*`upsteward check`\)\. 1 of 1 UPS answer, 0 open event\(s\), no reseller$/,
    ),
  );
  expect(lines.at(-1)).toBe('STATUS=Stopping');
});

it('hears nothing of a start that failed, but gets the exit code for a mistake in the config', async () => {
  await place.write('mail: {}', []);
  const told = join(place.folder, 'told-nothing');
  const { code } = await place.cli(['run'], { env: { PATH: place.folder, NOTIFY_SOCKET: told } });
  expect(code).toBe(78);
  await expect(readFile(told)).rejects.toThrow(/ENOENT/);
});
