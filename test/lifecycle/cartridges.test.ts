import { expect, test } from 'vitest';
import { assembleNotices } from '../../agent/delivery/mail/assemble.ts';
import { type ConfiguredUnit, deriveFacts } from '../../agent/lifecycle/facts.ts';
import { newUnit } from '../../agent/lifecycle/unit.ts';
import type { CartridgeReading, Field } from '../../drivers/contract.ts';
import { heard, unitConfig } from './support.ts';

const today = '2027-03-01';
const config = unitConfig();
const field = <T>(value: T): { field: Field<T>; since: string } => ({
  field: { value, raw: String(value) },
  since: today,
});

function facts(rows: readonly CartridgeReading[], configured: Partial<ConfiguredUnit> = {}) {
  const fields = {
    'battery.cartridge': field('RBC0'),
    'battery.cartridge.external': field('RBC0X'),
    'battery.packs': field(2),
    ...(rows.length > 0 ? { 'battery.cartridges': field(rows) } : {}),
  };
  return deriveFacts({ heard: heard({ fields, signals: {} }), config: { ...config, ...configured }, today });
}

function block(rows: readonly CartridgeReading[]) {
  const unit = { ...newUnit('rack', config), facts: facts(rows) };
  const notice = { unit: 'rack', occurrence: today, recipient: 'customer', dueOn: today, step: 'now' } as const;
  const mail = assembleNotices({
    audience: 'customer',
    company: 'Example Ltd',
    contact: { name: 'Kim', mail: 'kim@example.com' },
    today,
    notices: [{ ...notice, event: 'replace-battery' }],
    unit: () => unit,
  });
  return mail.groups[0]?.units[0];
}

const cartridge = (pack: number, index: number, replaceBy: string): CartridgeReading => ({
  pack,
  cartridge: index,
  replaceBy,
});

test('a unit that names its part and lists nothing takes one', () => {
  expect(facts([])['battery.cartridge.quantity']).toMatchObject({ value: 1, source: 'estimate' });
});

test('the config knows how many cartridges a unit takes', () => {
  expect(facts([], { cartridges: 4 })['battery.cartridge.quantity']).toMatchObject({ value: 4, source: 'config' });
});

test('a pack and the cartridges in it are not counted twice', () => {
  const rows = [{ pack: 1, status: [] }, cartridge(1, 1, '05/01/2027'), cartridge(1, 2, '05/01/2027')];
  expect(facts(rows)['battery.cartridge.quantity']).toMatchObject({ value: 2, source: 'ups' });
});

test('a pack without cartridges of its own counts beside the cartridges of another', () => {
  const rows = [cartridge(1, 1, '05/01/2031'), cartridge(1, 2, '05/01/2031'), { pack: 2, status: [] }];
  expect(facts(rows)['battery.cartridge.quantity']).toMatchObject({ value: 3 });
});

test('a mail gives the number of external packs where the unit lists no cartridges', () => {
  expect(block([])).toMatchObject({ quantity: 1, externalCartridge: 'RBC0X × 2' });
});

test('a mail counts what the UPS says is worn', () => {
  const module = (index: number, status: string): CartridgeReading => ({ pack: 1, cartridge: index, status: [status] });
  const rows = [module(1, 'failed'), module(2, 'replace-immediately'), { pack: 1, cartridge: 3, status: [] }];
  expect(block(rows)).toMatchObject({ quantity: 2 });
  expect(block([module(1, 'lifetime-exceeded'), module(2, 'communication')])).toMatchObject({ quantity: 1 });
});

test('a worn pack takes all of its cartridges, and is listed once', () => {
  const rows = [
    { pack: 1, status: ['needs-replacement'] },
    cartridge(1, 1, '05/01/2031'),
    cartridge(1, 2, '05/01/2031'),
  ];
  expect(block(rows)).toMatchObject({ quantity: 2, cartridges: [{ due: true }, { due: true }] });
});

test('a mail gives the quantity that is due', () => {
  const rows = [cartridge(1, 1, '04/15/2027'), cartridge(1, 2, '04/15/2027'), cartridge(2, 1, '04/15/2031')];
  expect(block(rows)).toMatchObject({ quantity: 2, cartridge: 'RBC0', externalCartridge: 'RBC0X' });
});
