/** From notices and what is known of their units to what a mail says. Pure; doubtful facts stay at home. */
import { daysUntil } from '../../lifecycle/days.ts';
import { singleRows, sound } from '../../lifecycle/facts.ts';
import { type CartridgeFact, type Day, eventIds, type Fact, type Facts, type Notice } from '../../lifecycle/model.ts';
import { nextSteps } from '../../lifecycle/steps.ts';
import type { Unit } from '../../lifecycle/unit.ts';
import type { Contact, EventLine, NoticeMail, UnitBlock } from './content.ts';

export interface Assembly {
  readonly audience: NoticeMail['audience'];
  readonly company: string;
  readonly contact: Contact;
  readonly today: Day;
  readonly notices: readonly Notice[];
  readonly unit: (id: string) => Unit | undefined;
  readonly reminder?: true;
}

/** Cartridges whose own date is this near are part of the same order. */
const orderAheadDays = 90;

/** Groups notices by site label, one block a unit, most urgent first. */
export function assembleNotices(input: Assembly): NoticeMail {
  const byUnit = groupBy(input.notices, (notice) => notice.unit);
  const blocks = [...byUnit].map(([id, notices]) => ({
    site: input.unit(id)?.site,
    block: unitBlock(id, notices, input),
  }));
  blocks.sort((a, b) => urgency(a.block) - urgency(b.block) || compare(a.block.name, b.block.name));
  const bySite = [...groupBy(blocks, ({ site }) => site)].sort(([a], [b]) =>
    a === undefined ? 1 : b === undefined ? -1 : compare(a, b),
  );
  return {
    kind: 'notices',
    audience: input.audience,
    company: input.company,
    contact: input.contact,
    today: input.today,
    groups: bySite.map(([site, items]) => ({
      ...(site === undefined ? {} : { site }),
      units: items.map(({ block }) => block),
    })),
    ...(input.reminder ? { reminder: true } : {}),
  };
}

/** What a device says of a cartridge, pack or module that has to be exchanged. */
const worn = new Set(['needs-replacement', 'failed', 'replace-immediately', 'lifetime-exceeded']);

/**
 * The cartridges that are due by now or soon, of those a unit lists with dates or a status of their own; with a pack that
 * is due as a whole, all of its cartridges.
 */
export function cartridgesDue(cartridges: readonly CartridgeFact[], today: Day): readonly CartridgeFact[] {
  const isDue = ({ status, replaceBy }: CartridgeFact): boolean =>
    status?.some((word) => worn.has(word)) ||
    (replaceBy !== undefined && daysUntil(replaceBy, today) <= orderAheadDays);
  const packs = new Set(cartridges.filter((c) => c.cartridge === undefined && isDue(c)).map(({ pack }) => pack));
  return cartridges.filter((c) => isDue(c) || packs.has(c.pack));
}

function unitBlock(id: string, notices: readonly Notice[], input: Assembly): UnitBlock {
  const unit = input.unit(id);
  const facts = unit?.facts ?? {};
  const cartridges = facts['battery.cartridges']?.value ?? [];
  const due = cartridgesDue(cartridges, input.today);
  const quantity = due.length > 0 ? singleRows(due).length : soundValue(facts['battery.cartridge.quantity']);
  const plan = sound(facts['plan.kind']) && sound(facts['plan.end']);
  return {
    name: unit?.name ?? id,
    ...text('model', soundValue(facts['device.model'])),
    ...text('serial', soundValue(facts['device.serial'])),
    ...text('sku', soundValue(facts['device.part'])),
    ...text('cartridge', soundValue(facts['battery.cartridge'])),
    ...text('externalCartridge', externalCartridge(facts)),
    ...(quantity === undefined ? {} : { quantity }),
    ...dated('installed', facts['battery.date']),
    ...(isFaulty(notices) ? {} : dated('replaceBy', facts['battery.date.maintenance'])),
    ...dated('warrantyEnd', facts['warranty.end']),
    ...(plan && facts['plan.kind'] && facts['plan.end']
      ? { plan: { kind: facts['plan.kind'].value, end: facts['plan.end'].value } }
      : {}),
    cartridges: singleRows(cartridges).map((c) => ({
      label: c.cartridge === undefined ? `${c.pack}` : `${c.pack}/${c.cartridge}`,
      pack: c.pack,
      ...(c.cartridge === undefined ? {} : { cartridge: c.cartridge }),
      ...(c.part === undefined ? {} : { part: c.part }),
      ...(c.installed === undefined ? {} : { installed: c.installed }),
      ...(c.replaceBy === undefined ? {} : { replaceBy: c.replaceBy }),
      due: due.includes(c),
    })),
    lines: notices
      .map((notice) => eventLine(notice, unit, input.today))
      .sort((a, b) => eventIds.indexOf(a.event) - eventIds.indexOf(b.event)),
  };
}

/** A battery that the UPS itself wants exchanged is due now: a date years ahead beside it would only confuse. */
function isFaulty(notices: readonly Notice[]): boolean {
  const battery = notices.filter(({ event, step }) => event.includes('battery') && step !== 'resolved');
  return battery.length > 0 && battery.every(({ step }) => step === 'now');
}

/** The part number of the external packs and how many there are. */
function externalCartridge(facts: Facts): string | undefined {
  const part = soundValue(facts['battery.cartridge.external']);
  const packs = soundValue(facts['battery.packs']) ?? 0;
  const listed = facts['battery.cartridges'] !== undefined;
  return part === undefined || packs < 1 || listed ? part : `${part} × ${packs}`;
}

/** An event at its step, with the date as it is known today; `now` is told without one. */
function eventLine(notice: Notice, unit: Unit | undefined, today: Day): EventLine {
  const event = unit?.events[notice.event];
  const current = event?.occurrence === notice.occurrence ? event : undefined;
  const { date, dateSource: source } = notice.step === 'now' ? {} : (current ?? notice);
  const late = notice.late && date !== undefined && notice.step !== 'reminder';
  return {
    event: notice.event,
    step: notice.step,
    ...(date === undefined ? {} : { date, daysLeft: daysUntil(date, today) }),
    ...(source === undefined ? {} : { dateSource: source }),
    ...(late ? { late: true } : {}),
    ...(notice.closed === undefined ? {} : { closed: notice.closed }),
    nextSteps: current && notice.step !== 'now' ? nextSteps(current, today) : [],
  };
}

/** What the UPS or a date says is most pressing comes first; what is resolved comes last. */
function urgency(block: UnitBlock): number {
  return Math.min(...block.lines.map(({ step, daysLeft }) => (step === 'resolved' ? 100_000 : (daysLeft ?? 0))));
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const soundValue = <T>(fact: Fact<T> | undefined): T | undefined => (sound(fact) ? fact.value : undefined);

const text = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: string };

const dated = <K extends string>(
  key: K,
  fact: Fact<Day> | undefined,
): { [P in K]?: { date: Day; source: Fact['source'] } } =>
  (sound(fact) ? { [key]: { date: fact.value, source: fact.source } } : {}) as {
    [P in K]?: { date: Day; source: Fact['source'] };
  };
