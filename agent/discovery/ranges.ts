/** The addresses that a person named, as ranges: each once, none beside them, and never all of them in memory. */
import { isIP, isIPv4 } from 'node:net';
import { DiscoveryError } from './error.ts';

/** From one address to another, both included, as numbers. */
interface Range {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
}

export interface Addresses extends Iterable<string> {
  readonly count: number;
}

/** As many addresses as a /16 has: more have to be confirmed. */
export const largeCount = 65_536;
/** More than this in one IPv6 range cannot be meant. */
const ipv6Bits = 16;

/**
 * `10.0.0.0/24`, `10.0.0.5`, `2001:db8::/120`, together. The network's own address and its broadcast address are left out.
 * @param allowLarge whether more than 65,536 addresses are meant
 * @throws DiscoveryError `bad-range`, `too-large`
 */
export function addressesOf(texts: readonly string[], allowLarge = false): Addresses {
  const ranges = merged(texts.map(rangeOf));
  const count = Number(ranges.reduce((sum, { first, last }) => sum + last - first + 1n, 0n));
  if (count > largeCount && !allowLarge) {
    const what = `That is ${count.toLocaleString('en')} addresses; name smaller ranges, or confirm with --yes`;
    throw new DiscoveryError('too-large', what);
  }
  return {
    count,
    *[Symbol.iterator]() {
      for (const { bits, first, last } of ranges)
        for (let address = first; address <= last; address += 1n) yield textOf(address, bits);
    },
  };
}

function wrong(text: string, why: string): DiscoveryError {
  const shown = JSON.stringify(text.slice(0, 60));
  return new DiscoveryError('bad-range', `${shown} ${why}; write for example 10.0.0.0/24 or 10.0.0.5`);
}

function rangeOf(text: string): Range {
  const [, address = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const version = isIP(address);
  if (version === 0) throw wrong(text, 'is no range of addresses');
  if (address.includes('%')) throw wrong(text, 'has a zone, which cannot be searched');
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) throw wrong(text, `has more than ${bits} bits`);
  if (bits === 128 && bits - prefix > ipv6Bits)
    throw wrong(text, `is too large to be searched: IPv6 from /${128 - ipv6Bits} on`);
  const size = 1n << BigInt(bits - prefix);
  const base = (numberOf(address) / size) * size;
  refuseSpecial(text, { bits, first: base, last: base + size - 1n });
  if (size <= 2n) return { bits, first: base, last: base + size - 1n };
  return { bits, first: base + 1n, last: base + size - (bits === 32 ? 2n : 1n) };
}

/** Ranges that stand for no single machine. */
const special: readonly { readonly from: string; readonly to: string; readonly what: string }[] = [
  { from: '0.0.0.0', to: '0.255.255.255', what: 'stands for this network' },
  { from: '224.0.0.0', to: '255.255.255.255', what: 'is multicast or reserved' },
  { from: 'ff00::', to: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', what: 'is multicast' },
  { from: '::ffff:0:0', to: '::ffff:ffff:ffff', what: 'is IPv4: write it so' },
];

function refuseSpecial(text: string, { bits, first, last }: Range): void {
  for (const { from, to, what } of special) {
    if ((isIPv4(from) ? 32 : 128) !== bits) continue;
    if (first <= numberOf(to) && last >= numberOf(from)) throw wrong(text, what);
  }
}

function merged(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((one, other) => one.bits - other.bits || (one.first < other.first ? -1 : 1));
  const apart: Range[] = [];
  for (const range of sorted) {
    const before = apart.at(-1);
    if (before === undefined || before.bits !== range.bits || range.first > before.last + 1n) apart.push(range);
    else if (range.last > before.last) apart[apart.length - 1] = { ...before, last: range.last };
  }
  return apart;
}

function numberOf(address: string): bigint {
  if (isIPv4(address)) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail] = canonical(address).split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = new Array<string>(tail === undefined ? 0 : 8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function textOf(address: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_none, index) => (address >> BigInt(112 - 16 * index)) & 65_535n);
  return canonical(groups.map((group) => group.toString(16)).join(':'));
}

/** The usual short form of an IPv6 address. */
function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
