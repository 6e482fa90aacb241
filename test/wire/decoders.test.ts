/** The decoders of the wire notice what changes a UPS: shown by messages written by hand, byte by byte. */
import { describe, expect, it } from 'vitest';
import { modbusRtu, modbusTcp, nis, nut, snmpOperation, upslinkOperations } from './operations.ts';

const bytes = (...hex: string[]): Buffer => Buffer.from(hex.join('').replaceAll(' ', ''), 'hex');

/** An SNMP message of a version with a PDU: community "public", request 1, no error, and one object with NULL. */
const snmp = (version: string, pdu: string): Buffer =>
  bytes(
    '30 26 02 01',
    version,
    '04 06 7075626c6963',
    pdu,
    '19 02 01 01 02 01 00 02 01 00 30 0e 30 0c 06 08 2b06010201010500 05 00',
  );

describe('SNMP', () => {
  it.each([
    ['a0', 'get'],
    ['a1', 'next'],
    ['a2', 'response'],
    ['a3', 'set'],
    ['a5', 'bulk'],
    ['a6', 'inform'],
    ['a8', 'report'],
    ['a9', '?'],
  ])('%s is %s', (pdu, name) => {
    expect(snmpOperation(snmp('00', pdu))).toBe(`snmp ${name}`);
    expect(snmpOperation(snmp('01', pdu))).toBe(`snmp ${name}`);
  });

  it('is never nothing', () => {
    for (const strange of ['', '30', '3080', '30 03 02 01 00', '04 00', 'ff ff ff ff ff ff'])
      expect(snmpOperation(bytes(strange)), strange).toMatch(/^snmp \?/);
    expect(snmpOperation(Buffer.concat([snmp('01', 'a0'), snmp('01', 'a3')]))).toMatch(
      /^snmp \? with something behind/,
    );
  });
});

describe('Modbus', () => {
  it('over TCP is cut into frames, however they come', () => {
    const cutter = modbusTcp();
    const frames = bytes(
      '0001 0000 0006 01 03 0233 0001',
      '0002 0000 0009 01 10 0253 0001 02 2594',
      '0003 0000 0006 01 06 0253 2594',
    );
    expect([...frames].flatMap((byte) => cutter.take(Buffer.from([byte])))).toEqual([
      'modbus 3',
      'modbus 16',
      'modbus 6',
    ]);
    expect(cutter.left()).toEqual([]);
    cutter.take(bytes('0004 0000'));
    expect(cutter.left()).toEqual(['modbus ? half a frame']);
    expect(modbusTcp().take(bytes('0001 0001 0006 01 03 0233 0001'))).toEqual(['modbus ?']);
  });

  it('on a serial line shows its function where the checksum is right', () => {
    // The example of the specification: "02 07" has the checksum 41 12.
    expect(modbusRtu(bytes('02 07 41 12'))).toBe('modbus 7');
    expect(modbusRtu(bytes('02 07 41 13'))).toBe('modbus ?');
    expect(modbusRtu(Buffer.alloc(0))).toBe('modbus ?');
  });
});

describe('lines and characters', () => {
  it('of NUT', () => {
    const cutter = nut();
    const text = 'LIST VAR rack\nSET VAR rack battery.date "x"\nINSTCMD rack load.off\nFSD rack\nLOGIN rack\nLIST R';
    expect(cutter.take(Buffer.from(text))).toEqual(['nut LIST VAR', 'nut SET', 'nut INSTCMD', 'nut FSD', 'nut LOGIN']);
    expect(cutter.left()).toEqual(['nut ? LIST R']);
  });

  it('of apcupsd', () => {
    const cutter = nis();
    expect(cutter.take(bytes('0006 737461747573', '0006 6576656e7473', '00'))).toEqual(['nis status', 'nis events']);
    expect(cutter.left()).toEqual(['nis ? half a message']);
  });

  it('of UPS-Link', () => {
    expect(upslinkOperations(Buffer.from('Q-\x0e@Z \x01'))).toEqual(
      ['Q', '-', '0xe', '@', 'Z', '0x20', '0x1'].map((each) => `upslink ${each}`),
    );
  });
});
