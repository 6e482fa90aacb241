/** What a probe sends, and when. */
import { expect, test } from 'vitest';
import type { ProbeContext } from '../../drivers/probe.ts';
import { loadDriver } from '../../drivers/registry.ts';
import { startModbusTcp } from '../../scripts/simulator/modbus.ts';

function context(happened: string[]): ProbeContext {
  return {
    permit: async () => void happened.push('permit'),
    pause: async (ms) => void happened.push(`pause ${ms}`),
    signal: new AbortController().signal,
    timeoutMs: 500,
    introductions: [],
  };
}

test('Modbus: one connection that says nothing, then the pause that a SmartConnect port needs', async () => {
  const server = await startModbusTcp({ units: new Map() });
  try {
    const happened: string[] = [];
    const { probe } = await loadDriver('modbus');
    const found = await probe?.({ by: 'address', host: '127.0.0.1', port: server.port }, context(happened));
    expect(found?.[0]?.written).toEqual({ host: '127.0.0.1', port: server.port });
    expect(happened).toEqual(['permit', 'pause 2000']);
    expect([server.connections, server.requests]).toEqual([1, []]);
  } finally {
    await server.close();
  }
});

test('on a serial port, what is read by is impatient, and what is written is not', async () => {
  for (const name of ['modbus', 'upslink']) {
    const { probe } = await loadDriver(name);
    const [found] = (await probe?.({ by: 'serial', device: '/dev/ttyUSB0' }, context([]))) ?? [];
    expect(found?.written).toEqual({ device: '/dev/ttyUSB0' });
    expect(found?.used).toMatchObject({ device: '/dev/ttyUSB0', timeout: 0.7 });
  }
});

test('no driver looks at places of another kind', async () => {
  const kinds = { snmp: 'serial', nut: 'serial', apcupsd: 'serial' } as const;
  for (const [name, by] of Object.entries(kinds)) {
    const { probe } = await loadDriver(name);
    expect(await probe?.({ by, device: '/dev/ttyUSB0' }, context([]))).toEqual([]);
  }
});
