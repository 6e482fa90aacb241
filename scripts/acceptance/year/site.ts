/** The simulated site: which units there are, what they and the config say, and what happens to them in the year. */
import type { SimulatedUnit } from '../../simulator/simulator.ts';
import { legacySmartUps, oids, smartUps, type Values } from '../../simulator/units.ts';
import { dateOf, slashed, yearWeek } from './days.ts';

/** Something that ends on a day, in the words of the mails. */
export interface Ending {
  readonly kind: 'battery' | 'warranty' | 'advanced' | 'standard';
  readonly day: number;
  /** The first day on which the agent can know it. */
  readonly known: number;
}

export interface UnitPlan {
  readonly name: string;
  readonly site: string;
  readonly serial: string;
  readonly card: SimulatedUnit;
  /** The unit's part of the config, without how to reach it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly endings: readonly Ending[];
  /** The battery is changed on this day at noon; the card then says this. */
  readonly swap?: { readonly day: number; readonly values: Values };
  /** The replace-battery alarm is on from noon to noon. */
  readonly alarm?: { readonly from: number; readonly to: number; readonly on: Values; readonly off: Values };
  /** The card is silent before this day. */
  readonly answersFrom: number;
}

const months48 = 1461;

interface Draft {
  readonly ups?: { readonly installed?: string; readonly replaceBy?: string; readonly manufactured?: string };
  readonly legacy?: true;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly endings?: readonly Ending[];
  readonly swap?: { readonly day: number; readonly replaceBy?: string };
  readonly alarm?: { readonly from: number; readonly to: number };
  readonly answersFrom?: number;
}

const battery = (day: number, known = 0): Ending => ({ kind: 'battery', day, known });

/** A card with a sound pair of dates: installed four years before the given day. */
const dated = (day: number): NonNullable<Draft['ups']> => ({
  installed: slashed(day - months48),
  replaceBy: slashed(day),
});

/** One unit of each kind, in turn; `spread` runs from 0 to 1 over the units of a kind. */
const kinds: readonly ((spread: number, days: number, n: number) => Draft)[] = [
  (spread, days) => {
    const day = Math.round(-5 + spread * (days + 95));
    return { ups: dated(day), endings: [battery(day)] };
  },
  (spread, days) => {
    const day = Math.round(5 + spread * (days + 80));
    return {
      legacy: true,
      ups: { installed: slashed(day - months48) },
      endings: [battery(fourYearsAfter(day - months48))],
    };
  },
  (spread, days) => {
    const day = Math.round(20 + spread * days);
    const config = { battery: { replaceBy: dateOf(day) }, warranty: { end: dateOf(day + 33) } };
    const warranty: Ending = { kind: 'warranty', day: day + 33, known: 0 };
    return { ups: dated(days + 500), config, endings: [battery(day), warranty] };
  },
  (spread, days, n) => {
    const kind = n % 2 === 0 ? 'advanced' : 'standard';
    const day = Math.round(-60 + spread * (days + 100));
    return { ups: dated(days + 400), config: { plan: { kind, end: dateOf(day) } }, endings: [{ kind, day, known: 0 }] };
  },
  (spread, days, n) => {
    const day = Math.round(10 + spread * (days - 60));
    const changed = Math.max(3, day - 95 + ((n * 37) % 150));
    const replaceBy = n % 2 === 0 ? slashed(changed + 5 * 365) : undefined;
    return {
      ups: dated(day),
      endings: [battery(day)],
      swap: { day: changed, ...(replaceBy === undefined ? {} : { replaceBy }) },
    };
  },
  (spread, days, n) => {
    const from = Math.round(2 + spread * (days - 40));
    return { ups: dated(days + 300 + n), alarm: { from, to: from + 5 + (n % 40) } };
  },
  (spread) => {
    const day = Math.round(-10 - spread * 700);
    const config = { warranty: { end: dateOf(-200) } };
    return { ups: dated(day), config, endings: [battery(day)] };
  },
  (_spread, _days, n) =>
    n % 2 === 0
      ? { ups: { installed: 'Unknown', replaceBy: '' } }
      : { ups: { manufactured: slashed(-1500), installed: slashed(-1500), replaceBy: '11/17/20<7' } },
  (spread, days) => {
    const day = Math.round(30 + spread * (days - 40));
    return {
      config: { battery: { replaceBy: dateOf(day) } },
      endings: [battery(day)],
      answersFrom: 3,
      ups: dated(days + 600),
    };
  },
];

/** 48 months after a day of the calendar, which is what the agent counts where the card has no replace-by date. */
function fourYearsAfter(day: number): number {
  const [year = 0, month = 1, date = 1] = dateOf(day).split('-').map(Number);
  const length = new Date(Date.UTC(year + 4, month, 0)).getUTCDate();
  return (
    day +
    Math.round((Date.UTC(year + 4, month - 1, Math.min(date, length)) - Date.UTC(year, month - 1, date)) / 86_400_000)
  );
}

/** The plan of every unit. */
export function planSite(units: number, days: number): UnitPlan[] {
  const rounds = Math.max(1, Math.ceil(units / kinds.length) - 1);
  return Array.from({ length: units }, (_none, index) => {
    const round = Math.floor(index / kinds.length);
    const make = kinds[index % kinds.length];
    if (make === undefined) throw new Error('there are no kinds of units');
    return finish(make(Math.min(1, round / rounds), days, round), index);
  });
}

const hostOf = (index: number): string => `127.11.${Math.floor(index / 200)}.${(index % 200) + 1}`;

function finish(draft: Draft, index: number): UnitPlan {
  const name = `ups-${String(index + 1).padStart(3, '0')}`;
  const made = -1600 - (index % 900);
  const installed = draft.ups?.installed;
  const week = draft.ups?.manufactured === undefined ? madeBefore(installed, made) : -1500;
  const serial = `AS${yearWeek(week)}${String(index + 1).padStart(6, '0')}`;
  const values = (draft.legacy === true ? legacySmartUps : smartUps)({
    serial,
    manufactured: slashed(week),
    ...draft.ups,
  });
  const v3 = index % 20 === 3;
  const { swap, alarm, answersFrom = 0 } = draft;
  const indicator = (on: boolean): Values =>
    smartUps({ ...draft.ups, serial, manufactured: slashed(week), replaceBattery: on });
  return {
    name,
    site: `Building ${(index % 7) + 1}`,
    serial,
    card: {
      name,
      host: hostOf(index),
      values,
      ...(v3 ? { users: [v3User] } : {}),
      behaviour: answersFrom > 0 ? { silent: true } : {},
    },
    config: draft.config ?? {},
    endings: draft.endings ?? [],
    ...(swap ? { swap: { day: swap.day, values: swapped(swap) } } : {}),
    ...(alarm ? { alarm: { ...alarm, on: indicator(true), off: indicator(false) } } : {}),
    answersFrom,
  };
}

const v3User = {
  name: 'upsteward',
  auth: { protocol: 'sha', password: 'an auth passphrase' },
  priv: { protocol: 'aes', password: 'a priv passphrase' },
} as const;

/** The `snmp` section of a unit. */
export function accessOf({ card }: UnitPlan, port: number): Readonly<Record<string, unknown>> {
  const base = { host: card.host, port, timeout: 0.3, retries: card.behaviour?.silent === true ? 0 : 5 };
  if (card.users === undefined) return { ...base, version: '2c', community: 'public' };
  const { name, auth, priv } = v3User;
  return {
    ...base,
    user: name,
    authProtocol: auth.protocol,
    authPassword: auth.password,
    privProtocol: priv.protocol,
    privPassword: priv.password,
  };
}

/** A month or two before it was installed. */
function madeBefore(installed: string | undefined, otherwise: number): number {
  const match = installed === undefined ? null : /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(installed);
  if (match === null) return otherwise;
  const day =
    (Date.UTC(Number(match[3]), Number(match[1]) - 1, Number(match[2])) - Date.parse(`${dateOf(0)}T00:00:00Z`)) /
    86_400_000;
  return Math.round(day) - 45;
}

const swapped = ({ day, replaceBy }: NonNullable<Draft['swap']>): Values => ({
  [oids.installed]: slashed(day),
  ...(replaceBy === undefined ? {} : { [oids.replaceBy]: replaceBy }),
});
