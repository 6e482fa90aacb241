import { describe, expect, test } from 'vitest';
import { type Descriptor, namedPort, type SerialSystem, serialPorts } from '../../drivers/serial-ports.ts';

interface Machine {
  readonly ports?: readonly Descriptor[];
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly locked?: readonly string[];
  readonly holders?: Readonly<Record<string, readonly number[]>>;
}

function machine({ ports = [], files = {}, links = {}, locked = [], holders = {} }: Machine): SerialSystem {
  return {
    list: async () => ports,
    realpath: async (path) => {
      const found = links[path] ?? ports.find((port) => port.path === path)?.path;
      return found ?? (await Promise.reject(new Error('ENOENT')));
    },
    read: async (path) => files[path],
    mayUse: async (path) => !locked.includes(path),
    holders: async (path) => holders[path] ?? [],
  };
}

const ftdi = { path: '/dev/ttyUSB0', vendorId: '0403', manufacturer: 'FTDI', pnpId: 'usb-FTDI_FT232R_A1-if00-port0' };
const stable = '/dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0';

describe('the ports of this machine', () => {
  test('by the names that do not change, in order, without those that no hardware stands behind', async () => {
    const found = await serialPorts(
      machine({
        ports: [
          { path: '/dev/ttyUSB10' },
          ftdi,
          { path: '/dev/ttyUSB2' },
          { path: '/dev/ttyS0' },
          { path: '/dev/ttyS1' },
        ],
        links: { [stable]: '/dev/ttyUSB0' },
        files: { '/sys/class/tty/ttyS0/type': '4\n', '/sys/class/tty/ttyS1/type': '0\n' },
      }),
    );
    expect(found).toEqual([
      { device: '/dev/ttyS0', name: 'ttyS0' },
      { device: stable, name: 'ttyUSB0' },
      { device: '/dev/ttyUSB2', name: 'ttyUSB2' },
      { device: '/dev/ttyUSB10', name: 'ttyUSB10' },
    ]);
  });

  test.each<[Descriptor, RegExp]>([
    [{ path: '/dev/ttyUSB0', vendorId: '12D1' }, /mobile modem \(Huawei\)/],
    [{ path: '/dev/ttyUSB0', vendorId: '10c4', pnpId: 'usb-ITead_Sonoff_Zigbee_3.0-if00' }, /"Sonoff" in its name/],
    [{ path: '/dev/ttyACM0', vendorId: '2341' }, /controller board/],
    [{ path: '/dev/ttyACM0', vendorId: '9999' }, /no serial adapter/],
    [{ path: '/dev/ttyAMA0' }, /no serial adapter/],
    [{ path: '/dev/rfcomm0' }, /no serial adapter/],
  ])('%j is left out unless named', async (port, why) => {
    const [found] = await serialPorts(machine({ ports: [port] }));
    expect(found?.reason).toMatchObject({ text: expect.stringMatching(why), forbidden: false });
    expect((await namedPort(port.path, machine({ ports: [port] }))).reason).toBeUndefined();
  });

  test('a port of somebody else is never opened, also when it is named', async () => {
    const base = { ports: [ftdi], links: { '/dev/mine': '/dev/ttyUSB0' } };
    const cases: [Machine, RegExp][] = [
      [{ ...base, files: { '/proc/consoles': 'tty0  -WU\nttyUSB0 -W- (EC  p a)  4:64\n' } }, /console of this machine/],
      [
        { ...base, holders: { '/dev/ttyUSB0': [42] }, files: { '/proc/42/comm': 'usbhid-ups\n' } },
        /usbhid-ups \(process 42\)/,
      ],
      [
        { ...base, files: { '/run/lock/LCK..ttyUSB0': '  77\n', '/proc/77/comm': 'apcupsd\n' } },
        /apcupsd \(process 77\)/,
      ],
      [{ ...base, locked: ['/dev/ttyUSB0'] }, /group dialout/],
    ];
    for (const [of, why] of cases) {
      for (const found of [(await serialPorts(machine(of)))[0], await namedPort('/dev/mine', machine(of))])
        expect(found?.reason).toMatchObject({ text: expect.stringMatching(why), forbidden: true });
    }
    const made = { ...base, links: { '/dev/mine': '/dev/pts/3' }, holders: { '/dev/pts/3': [42] } };
    expect((await namedPort('/dev/mine', machine(made))).reason).toBeUndefined();
    const stale = { ...base, files: { '/run/lock/LCK..ttyUSB0': '77\n' } };
    expect((await namedPort('/dev/mine', machine(stale))).reason).toBeUndefined();
    expect((await namedPort('/dev/none', machine(base))).reason).toMatchObject({ forbidden: true });
  });
});

test('who holds a file is seen on the real system', async () => {
  const found = await namedPort(process.execPath);
  expect(found.name).toBe('node');
});
