import { describe, expect, it } from 'vitest';
import { absorb, type Observed, raised } from '../../agent/lifecycle/observe.ts';
import type { FieldKey } from '../../drivers/contract.ts';
import { observed, reading, type Said } from './support.ts';

const day = '2026-06-01';

/** Takes readings one after the other, the first of them the baseline. */
function taken(...readings: readonly Said[]): { observed: Observed; unconfirmed: boolean } {
  let state: Observed | undefined;
  let unconfirmed = false;
  for (const [index, said] of readings.entries()) {
    const absorbed = absorb(state, reading(said), `2026-06-0${index + 1}T06:00:00Z`, `2026-06-0${index + 1}`, 'mdy');
    state = absorbed.observed;
    unconfirmed = absorbed.unconfirmed;
  }
  if (state === undefined) throw new Error('no reading');
  return { observed: state, unconfirmed };
}
const value = (state: Observed, key: FieldKey) => state.fields[key]?.field.value;

describe('a field', () => {
  it('is believed at first contact', () => {
    const { observed: state, unconfirmed } = taken({ installed: '03/04/2022' });
    expect(state.fields['battery.date']).toMatchObject({ field: { value: '03/04/2022' }, since: '2026-06-01' });
    expect(unconfirmed).toBe(false);
  });

  it('changes when two readings in a row agree, and asks for the second', () => {
    const once = taken({ installed: '03/04/2022' }, { installed: '03/04/2024' });
    expect([value(once.observed, 'battery.date'), once.unconfirmed]).toEqual(['03/04/2022', true]);
    const twice = taken({ installed: '03/04/2022' }, { installed: '03/04/2024' }, { installed: '03/04/2024' });
    expect(twice.observed.fields['battery.date']).toMatchObject({
      field: { value: '03/04/2024' },
      since: '2026-06-03',
    });
    expect(twice.unconfirmed).toBe(false);
  });

  it.each<[string, readonly Said[]]>([
    ['the first value is back', [{ model: 'A' }, { model: 'B' }, { model: 'A' }, { model: 'B' }]],
    ['each value is another', [{ model: 'A' }, { model: 'B' }, { model: 'C' }, { model: 'D' }]],
    ['the reading between has none', [{ model: 'A' }, { model: 'B' }, {}, { model: 'B' }]],
  ])('does not change when %s', (_name, readings) => {
    expect(value(taken(...readings).observed, 'device.model')).toBe('A');
  });

  it('stays when it is not answered', () => {
    const { observed: state, unconfirmed } = taken({ model: 'A', installed: '03/04/2022' }, {}, {});
    expect([value(state, 'device.model'), value(state, 'battery.date'), unconfirmed]).toEqual([
      'A',
      '03/04/2022',
      false,
    ]);
  });

  it.each(['Unknown', '00/00/00', '', '2000-01-01', '99/99/99'])('a date stays when the UPS has only %j', (text) => {
    const { observed: state, unconfirmed } = taken(
      { installed: '03/04/2022' },
      { installed: text },
      { installed: text },
    );
    expect([value(state, 'battery.date'), unconfirmed]).toEqual(['03/04/2022', false]);
  });

  it('a date in another form is not another date', () => {
    const { observed: state, unconfirmed } = taken({ installed: '03/04/2022' }, { installed: '2022-03-04' });
    expect(state.fields['battery.date']).toMatchObject({ field: { value: '2022-03-04' }, since: '2026-06-01' });
    expect(unconfirmed).toBe(false);
  });

  it('a list is compared as a whole', () => {
    const row = { pack: 0, cartridge: 1, installed: '03/04/2022' };
    const state = observed({ cartridges: [row] }, day);
    const same = absorb(state, reading({ cartridges: [{ ...row }] }), `${day}T07:00:00Z`, day, 'mdy');
    expect(same.unconfirmed).toBe(false);
    const other = absorb(state, reading({ cartridges: [row, { pack: 1 }] }), `${day}T07:00:00Z`, day, 'mdy');
    expect(other.unconfirmed).toBe(true);
  });

  it('keeps when it was first and last seen', () => {
    const { observed: state } = taken({}, {}, {});
    expect([state.firstSeen, state.lastSeen]).toEqual(['2026-06-01T06:00:00Z', '2026-06-03T06:00:00Z']);
  });
});

const on = { signals: ['battery.replace'] };
const off = { signals: ['!battery.replace'] };

describe('an alarm', () => {
  it.each<[string, readonly Said[], boolean, boolean]>([
    ['once', [on], false, true],
    ['twice', [on, on], true, false],
    ['twice with a reading without it between', [on, {}, on], false, true],
    ['on, off', [on, on, off], true, true],
    ['on, off twice', [on, on, off, off], false, false],
    ['on, then absent', [on, on, {}, {}, {}], true, false],
    ['on, off, absent, off', [on, on, off, {}, off], true, true],
    ['flapping', [off, on, off, on, off], false, false],
    ['flapping while on', [on, on, off, on, off, on], true, false],
  ])('%s', (_name, readings, isOn, again) => {
    const { observed: state, unconfirmed } = taken(...readings);
    expect(raised(state.signals, 'battery.replace').length > 0).toBe(isOn);
    expect(unconfirmed).toBe(again);
  });

  it('is kept apart by its cause', () => {
    const both = { signals: ['battery.replace|indicator', '!battery.replace|self-test'] };
    const { observed: state } = taken(both, both, { signals: ['!battery.replace|self-test'] });
    expect(raised(state.signals, 'battery.replace')).toEqual(['indicator']);
  });

  it('of a good lifetime is no reason to read again', () => {
    expect(taken({ signals: ['battery.lifetime.ok'] }).unconfirmed).toBe(false);
  });
});
