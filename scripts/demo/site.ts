/** The site of the demo: its units as simulated cards, and the config file that an operator would write for it. */
import { addDays, addMonths, daysUntil } from '../../agent/lifecycle/days.ts';
import type { Day, EventId } from '../../agent/lifecycle/model.ts';
import type { SimulatedUnit } from '../simulator/simulator.ts';
import { legacySmartUps, smartUps } from '../simulator/units.ts';
import type { SimulatedUser } from '../simulator/usm.ts';

export interface DemoUnit {
  readonly card: SimulatedUnit;
  readonly version: '1' | '2c' | '3';
  /** What it is there to show. */
  readonly shows: readonly EventId[] | 'healthy' | 'silent' | 'doubtful';
  /** Lines of the config below its `snmp` section. */
  readonly config: readonly string[];
  readonly label: string;
}

export const company = 'Northwind Clinic';
export const contactMail = 'kim.berg@northwind.example';
export const resellerMail = 'sales@power-partner.example';
/** The mailbox in which the agent looks for answers. */
export const answersMail = 'answers@northwind.example';
/** Where a proxy would lead the reseller's browser to the agent. */
export const publicUrl = 'https://ups.northwind.example';
/** The unit whose battery is changed in the end: its date comes up, passes, and is settled. */
export const swapUnit = 'Warehouse';

const user: SimulatedUser = {
  name: 'upsteward',
  auth: { protocol: 'sha', password: 'demo-auth-passphrase' },
  priv: { protocol: 'aes', password: 'demo-priv-passphrase' },
};

/** A date as cards of this vendor print it. */
export function slashed(day: Day): string {
  const [year, month, date] = day.split('-');
  return `${month}/${date}/${year}`;
}

/** Older cards print two digits of the year. */
const shortYear = (text: string): string => text.replace(/\d\d(\d\d)$/, '$1');

/** The year printed by firmware that counts from 1900 and runs past the digit 9: 2027 becomes `20<7`. */
function overrun(day: Day): string {
  const [year = '', month, date] = day.split('-');
  const decade = String.fromCharCode(48 + Math.floor((Number(year) - 1900) / 10));
  return `${month}/${date}/20${decade}${Number(year) % 10}`;
}

/** A serial number of the week of manufacture, as the vendor forms it. */
function serial(made: Day, number: number): string {
  const week = Math.min(52, Math.floor(daysUntil(made, `${made.slice(0, 4)}-01-01`) / 7) + 1);
  return `AS${made.slice(2, 4)}${String(week).padStart(2, '0')}${String(100_000 + number)}`;
}

/** All units, with dates that count from `today`: each of the nine events is there, and what must stay silent. */
export function demoUnits(today: Day): DemoUnit[] {
  const ago = (months: number): Day => addMonths(today, -months);
  const ahead = (days: number): Day => addDays(today, days);
  /** A sound unit of that age whose battery has years to go. */
  const sound = (number: number, months: number) => ({
    manufactured: slashed(ago(months + 3)),
    serial: serial(ago(months + 3), number),
    installed: slashed(ago(months)),
    replaceBy: slashed(addMonths(today, 60 - months)),
  });
  const v2 = { version: '2c' } as const;
  const v3 = { version: '3' } as const;
  return [
    {
      ...v2,
      label: 'Main building',
      shows: 'healthy',
      config: [`warranty: { end: ${ahead(700)} }`],
      card: {
        name: 'Reception',
        values: smartUps({ ...sound(1, 10), sku: 'SMT750IC', model: 'Smart-UPS 750', cartridge: 'RBC48' }),
      },
    },
    {
      ...v3,
      label: 'Main building',
      shows: ['replace-battery'],
      config: ['battery: { cartridge: APCRBC133, cartridges: 1 }'],
      card: {
        name: 'Server room A',
        users: [user],
        values: smartUps({ ...sound(2, 30), cartridge: 'APCRBC133', replaceBattery: true }),
      },
    },
    {
      ...v3,
      label: 'Main building',
      shows: ['battery-needs-replacement'],
      config: [],
      card: {
        name: 'Server room B',
        users: [user],
        values: smartUps({
          ...sound(3, 26),
          model: 'Smart-UPS SRT 5000',
          sku: 'SRT5KRMXLI',
          cartridge: 'APCRBC140',
          cartridges: [
            { pack: 1, cartridge: 1, installed: slashed(ago(26)), replaceBy: slashed(addMonths(today, 34)) },
            {
              pack: 1,
              cartridge: 2,
              installed: slashed(ago(26)),
              replaceBy: slashed(addMonths(today, 34)),
              status: [2],
            },
          ],
        }),
      },
    },
    {
      ...v2,
      label: 'Warehouse',
      shows: ['battery-replacement-due'],
      config: [],
      card: {
        name: swapUnit,
        values: smartUps({
          ...sound(4, 58),
          model: 'Smart-UPS 2200',
          sku: 'SMT2200I',
          cartridge: 'RBC55',
          replaceBy: slashed(ahead(37)),
        }),
      },
    },
    {
      version: '1',
      label: 'Warehouse',
      shows: ['battery-end-of-life-exceeded'],
      config: ['battery: { cartridge: RBC6 }'],
      card: {
        name: 'Loading dock',
        values: legacySmartUps({
          manufactured: shortYear(slashed(ago(64))),
          serial: serial(ago(64), 5),
          installed: shortYear(slashed(ago(60))),
        }),
      },
    },
    {
      ...v2,
      label: 'Branch office',
      shows: ['warranty-expires', 'standard-plan-expires'],
      config: [`warranty: { end: ${ahead(90)} }`, `plan: { kind: standard, end: ${ahead(30)} }`],
      card: {
        name: 'Branch rack 1',
        values: smartUps({ ...sound(6, 22), sku: 'SMT3000RMI2UC', model: 'Smart-UPS 3000', cartridge: 'RBC43' }),
      },
    },
    {
      ...v2,
      label: 'Branch office',
      shows: ['advanced-plan-expires'],
      config: [`plan: { kind: advanced, end: ${ahead(14)} }`],
      card: { name: 'Branch rack 2', values: smartUps({ ...sound(7, 21) }) },
    },
    {
      version: '1',
      label: 'Branch office',
      shows: ['advanced-plan-expired'],
      config: [`plan: { kind: advanced, end: ${ahead(-6)} }`],
      card: {
        name: 'Branch desk',
        values: smartUps({ ...sound(8, 33), sku: 'SMC1000IC', model: 'Smart-UPS C 1000', cartridge: 'APCRBC142' }),
      },
    },
    {
      ...v2,
      label: 'Branch office',
      shows: ['standard-plan-expired'],
      config: [`plan: { kind: standard, end: ${today} }`],
      card: { name: 'Branch archive', values: smartUps({ ...sound(9, 28) }) },
    },
    {
      ...v2,
      label: 'Main building',
      shows: 'doubtful',
      config: [],
      card: {
        name: 'Laboratory',
        values: smartUps({
          manufactured: slashed(ago(50)),
          serial: serial(ago(50), 10),
          installed: slashed(ago(50)),
          replaceBy: overrun(ahead(20)),
        }),
      },
    },
    {
      ...v2,
      label: 'Main building',
      shows: 'silent',
      config: [],
      card: { name: 'Basement', values: smartUps({ ...sound(11, 12) }), behaviour: { silent: true } },
    },
  ];
}

export interface Surroundings {
  readonly portOf: (unit: string) => number;
  readonly mailPort: number;
  readonly endpoint: string;
  readonly secret: string;
  readonly stateDir: string;
}

/** The config file, as an operator would write it. */
export function configText(units: readonly DemoUnit[], around: Surroundings): string {
  return `site:
  company: ${company}
  contact:
    name: Kim Berg
    mail: ${contactMail}
    phone: "+49 30 5550 0100"
    jobRole: IT manager
reseller:
  email: ${resellerMail}
mail:
  url: smtp://127.0.0.1:${around.mailPort}
  from: UPS Steward <ups@northwind.example>
cloud:
  endpoint: ${around.endpoint}
  secret: ${around.secret}
answers:
  url: imaps://imap.northwind.example
  user: ${answersMail}
  password: ${around.secret}
  plusAddressing: true
portal:
  listen: "127.0.0.1:0"
  publicUrl: ${publicUrl}
stateDir: ${around.stateDir}
ups:
${units.map((unit) => unitText(unit, around.portOf(unit.card.name))).join('')}`;
}

function unitText({ card, version, label, config }: DemoUnit, port: number): string {
  const [v3] = card.users ?? [];
  const login = v3
    ? `user: ${v3.name}, authPassword: ${v3.auth?.password}, privPassword: ${v3.priv?.password}`
    : 'community: public';
  const patience = card.behaviour?.silent ? ', timeout: 0.05, retries: 0' : '';
  return `  - name: ${card.name}
    site: ${label}
    snmp: { host: 127.0.0.1, port: ${port}, version: "${version}", ${login}${patience} }
${config.map((line) => `    ${line}\n`).join('')}`;
}
