/** One spelling for each address, so that what a socket reports can be compared with what a config names. */
import { isIPv6 } from 'node:net';

/** An address as sockets report it: IPv6 in its short form, an IPv4 address that is mapped into IPv6 as IPv4. */
export function canonical(address: string): string {
  if (!isIPv6(address)) return address;
  const [plain = address, zone] = address.split('%');
  const short = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped !== null) {
    const [high, low] = [Number.parseInt(mapped[1] ?? '0', 16), Number.parseInt(mapped[2] ?? '0', 16)];
    return [high >>> 8, high & 0xff, low >>> 8, low & 0xff].join('.');
  }
  return zone === undefined ? short : `${short}%${zone}`;
}
