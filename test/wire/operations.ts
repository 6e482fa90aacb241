/**
 * What goes over the wire, in words: each datagram, frame, line or character that a driver sends, decoded from its bytes
 * alone. Nothing here is shared with the drivers or with the simulators: it must notice what they do not.
 */
import { element, elements } from './ber.ts';
import { opened, type V3Secrets } from './usm.ts';

/** RFC 3416, section 3; RFC 1157 for the trap of SNMP 1. */
const pdus: Readonly<Record<number, string>> = {
  160: 'get',
  161: 'next',
  162: 'response',
  163: 'set',
  164: 'trap 1',
  165: 'bulk',
  166: 'inform',
  167: 'trap',
  168: 'report',
};

/** One SNMP datagram. @param secrets of the SNMPv3 user, where messages are encrypted */
export function snmpOperation(datagram: Buffer, secrets?: V3Secrets): string {
  try {
    const message = element(datagram);
    if (message.end !== datagram.length) return 'snmp ? with something behind it';
    const parts = elements(message.body);
    const version = parts[0]?.body.readUInt8(0);
    if (version !== 3) return `snmp ${pdus[parts[2]?.tag ?? 0] ?? '?'}`;
    const scoped = opened(parts, secrets);
    return `snmp ${pdus[elements(element(scoped).body)[2]?.tag ?? 0] ?? '?'}`;
  } catch (error) {
    return `snmp ? ${String(error)}`;
  }
}

/** Cuts what a connection carries into operations. */
export interface Cutter {
  take(bytes: Buffer): readonly string[];
  /** What never became whole. */
  left(): readonly string[];
}

/** Modbus TCP: a header of seven bytes, then function and data. */
export function modbusTcp(): Cutter {
  let heard = Buffer.alloc(0);
  return {
    take: (bytes) => {
      heard = Buffer.concat([heard, bytes]);
      const found: string[] = [];
      while (heard.length >= 8 && heard.length >= 6 + heard.readUInt16BE(4)) {
        const length = heard.readUInt16BE(4);
        const isPlain = heard.readUInt16BE(2) === 0 && length >= 2;
        found.push(isPlain ? `modbus ${heard.readUInt8(7)}` : 'modbus ?');
        heard = heard.subarray(6 + length);
      }
      return found;
    },
    left: () => (heard.length === 0 ? [] : ['modbus ? half a frame']),
  };
}

/** Modbus RTU: a driver writes a frame at once; its checksum shows that it is one. */
export function modbusRtu(frame: Buffer): string {
  let crc = 0xffff;
  for (const byte of frame) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc === 0 && frame.length >= 4 ? `modbus ${frame.readUInt8(1)}` : 'modbus ?';
}

/** A line that upsd hears. */
export function nutOperation(line: string): string {
  const [verb = '', what = ''] = line.split(' ');
  return verb === 'LIST' || verb === 'GET' ? `nut ${verb} ${what}` : `nut ${verb}`;
}

/** RFC 9271: commands are lines. */
export function nut(): Cutter {
  let heard = '';
  return {
    take: (bytes) => {
      const lines = (heard + bytes.toString('latin1')).split('\n');
      heard = lines.pop() ?? '';
      return lines.map(nutOperation);
    },
    left: () => (heard === '' ? [] : [`nut ? ${heard}`]),
  };
}

/** apcupsd's information server: two bytes of length, then the word. */
export function nis(): Cutter {
  let heard = Buffer.alloc(0);
  return {
    take: (bytes) => {
      heard = Buffer.concat([heard, bytes]);
      const found: string[] = [];
      while (heard.length >= 2 && heard.length >= 2 + heard.readUInt16BE(0)) {
        const end = 2 + heard.readUInt16BE(0);
        found.push(`nis ${heard.toString('latin1', 2, end)}`);
        heard = heard.subarray(end);
      }
      return found;
    },
    left: () => (heard.length === 0 ? [] : ['nis ? half a message']),
  };
}

/** UPS-Link: each character is a command. */
export function upslinkOperations(bytes: Buffer): readonly string[] {
  return [...bytes].map((byte) =>
    byte > 0x20 && byte < 0x7f ? `upslink ${String.fromCharCode(byte)}` : `upslink 0x${byte.toString(16)}`,
  );
}
