/** How a card is captured: every object that it answered, in the form of snmpsim. */
import type { Answered, CaptureForm, Mask } from '../contract.ts';
import type { SnmpOptions } from './options.ts';
import { batteryTables, explored, powernetRules, system } from './powernet.ts';
import { rfc1628Texts } from './rfc1628.ts';

const U = '1.3.6.1.4.1.318.1.1.1';

/** Types of SNMP; the numbers are their tags on the wire. */
const types = { octets: 4, ipAddress: 64, counter64: 70, opaque: 68 } as const;

/** Texts of the maker that no rule reads: more of firmware and hardware, family, ratings, dates of tests. */
const makers = ['1.1.3', '1.1.4', '1.2.4', '1.2.6', '1.2.9', '7.2.4', '7.2.7', '7.2.11', '7.2.12', '7.2.13'];

/** Texts that say nothing of who owns the UPS. All others are masked: names, places, contacts, outlets … */
const harmless: ReadonlySet<string> = new Set([
  ...powernetRules.flatMap(({ kind, oid }) => (kind === 'serial' ? [] : [oid])),
  ...rfc1628Texts,
  ...makers.map((oid) => `${U}.${oid}.0`),
]);
/** Descriptions of the maker's cards, with the card's own serial number in them. Others may name the host. */
const cards = /^(APC|American Power|Schneider)\b/;
const serials: ReadonlySet<string> = new Set(
  powernetRules.flatMap(({ kind, oid }) => (kind === 'serial' ? [oid] : [])),
);

/** Columns of the tables that list cartridges: what each holds, by the OID up to the row. */
const columns: ReadonlyMap<string, 'serial' | 'known'> = new Map(
  batteryTables.flatMap(({ entry, columns: roles }) =>
    Object.entries(roles).map(([column, role]): [string, 'serial' | 'known'] => [
      `${entry}.${column}.`,
      role === 'serial' ? 'serial' : 'known',
    ]),
  ),
);

export const snmpCapture: CaptureForm<SnmpOptions> = {
  file: 'answers.snmprec',
  write: (answers, mask) => {
    // A step of a walk may end in a branch beyond, where OIDs themselves hold addresses.
    const own = answers.filter(({ key }) => explored.some((branch) => key.startsWith(`${branch}.`)));
    const latest = new Map(own.map((answer) => [answer.key, answer]));
    return { lines: [...latest.values()].sort(byOid).map((answer) => lineOf(answer, mask)) };
  },
};

function byOid(one: Answered, other: Answered): number {
  const [a, b] = [one.key.split('.').map(Number), other.key.split('.').map(Number)];
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}

function lineOf({ key, value, type = types.octets }: Answered, mask: Mask): string {
  if (type === types.ipAddress) return `${key}|64x|c0000201`;
  if (!Buffer.isBuffer(value)) return `${key}|${type}|${String(value)}`;
  if (type !== types.octets) return `${key}|${type}x|${type === types.opaque ? '' : value.toString('hex')}`;
  return octetsLine(key, value, mask);
}

function octetsLine(oid: string, bytes: Buffer, mask: Mask): string {
  const text = bytes.toString('utf8');
  const isText = !text.includes('\uFFFD') && !/\p{Cc}/u.test(text.replaceAll('\0', ''));
  if (!isText) return `${oid}|4x|${isHarmless(oid) ? bytes.toString('hex') : '00'.repeat(bytes.length)}`;
  const shown = maskedText(oid, text, mask);
  // Blanks at the ends and bars would not survive as they are.
  return /^[^\s|\0]([^|\0]*[^\s|\0])?$|^$/.test(shown)
    ? `${oid}|4|${shown}`
    : `${oid}|4x|${Buffer.from(shown).toString('hex')}`;
}

function columnOf(oid: string): 'serial' | 'known' | undefined {
  for (const [prefix, what] of columns) if (oid.startsWith(prefix)) return what;
  return undefined;
}

const isHarmless = (oid: string): boolean => harmless.has(oid) || columnOf(oid) === 'known';

function maskedText(oid: string, text: string, mask: Mask): string {
  if (serials.has(oid) || columnOf(oid) === 'serial') return mask.serial(text);
  if (oid === system.sysDescr && cards.test(text)) {
    const plain = text.replace(/\bSN: ?(\S+)/, (all, serial: string) => all.replace(serial, () => mask.serial(serial)));
    return mask.known(plain);
  }
  return isHarmless(oid) ? mask.known(text) : mask.unknown(text);
}
