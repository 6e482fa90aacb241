/** Serial ports for real: pseudo terminals by socat, with a synthetic unit at the other end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { discover } from '../../agent/discovery/discover.ts';
import { queries } from '../../drivers/upslink/protocol.ts';
import { smartUpsModbus } from '../../scripts/simulator/modbus.ts';
import { type PeerLine, ptyPair } from '../drivers/upslink/pty.ts';

let folder: string;
let line: PeerLine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'discover-'));
  line = await ptyPair(folder);
});

afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The checksum of Modbus RTU over all bytes; 0 over a whole frame. */
function crc(bytes: Uint8Array): number {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1) === 1 ? (sum >> 1) ^ 0xa001 : sum >> 1;
  }
  return sum;
}

it('finds an older unit, and sends it nothing but questions that read', async () => {
  const { findings, remarks } = await discover({ serial: [line.device] });
  expect(remarks).toEqual([]);
  expect(findings).toMatchObject([
    {
      model: 'SMART-UPS 3000 RM',
      serial: 'AS0416000001',
      ways: [{ driver: 'upslink', written: { device: line.device } }],
    },
  ]);
  const allowed = Object.values(queries).map(({ sends }) => sends);
  for (const character of line.ups.heard) expect(allowed).toContain(character);
});

it('finds a Modbus unit, which was asked in UPS-Link first', async () => {
  const unit = smartUpsModbus({ serial: 'AS2303000001', installed: '2023-02-06' });
  const functions: number[] = [];
  let bytes = Buffer.alloc(0);
  line.ups.heard = '';
  line.ups.misbehave = (character, say) => {
    bytes = Buffer.concat([bytes, Buffer.from(character, 'latin1')]).subarray(-8);
    if (bytes.length === 8 && crc(bytes) === 0 && bytes[0] === 1) {
      functions.push(bytes[1] ?? 0);
      const body = Buffer.concat([Buffer.from([1]), unit.answer(bytes.subarray(1, 6))]);
      const sum = crc(body);
      say(Buffer.concat([body, Buffer.from([sum & 255, sum >> 8])]).toString('latin1'));
      bytes = Buffer.alloc(0);
    }
    return 'handled';
  };
  const { findings } = await discover({ serial: [line.device] });
  expect(findings).toMatchObject([
    { serial: 'AS2303000001', ways: [{ driver: 'modbus', written: { device: line.device } }] },
  ]);
  expect(line.ups.heard.slice(0, 3)).toBe('YYY');
  expect(new Set(functions)).toEqual(new Set([3]));
});

it('says of a port without a unit what could be looked at, and leaves one that is in use alone', async () => {
  line.ups.misbehave = () => 'handled';
  const nobody = await discover({ serial: [line.device] });
  expect(nobody.findings).toEqual([]);
  expect(nobody.remarks).toEqual([expect.stringMatching(/no UPS answers at .*smart cable/)]);
  line.ups.heard = '';
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path: line.device, baudRate: 2400 });
  await new Promise((resolve) => port.once('open', resolve));
  try {
    const used = await discover({ serial: [line.device] });
    expect(used.remarks).toEqual([expect.stringMatching(/cannot open .*: another program uses it/)]);
    expect(line.ups.heard).toBe('');
  } finally {
    await new Promise((resolve) => port.close(resolve));
  }
});
