/** What the thing at the address is, from what it answered. */
import type { Reading } from '../contract.ts';
import { integerOf, textOf, type Values } from './cell.ts';
import { familyOf, powernet, system } from './powernet.ts';
import { type Alarms, communicationsLost, hasRfc1628, isOwnBrand, rfc1628Battery } from './rfc1628.ts';

interface Judgement {
  readonly verdict: Reading['verdict'];
  readonly note?: string;
}

const lost: Judgement = {
  verdict: 'ups-lost',
  note: 'The card answers, but it has lost the UPS behind it: check that the card sits firmly and that the UPS is on.',
};
const noApplication: Judgement = {
  verdict: 'no-application',
  note: 'The card answers, but says nothing of a UPS: its UPS application does not run (for instance after an unfinished firmware upgrade), or this community or user may not read it.',
};

/** upsCommStatus 2: whatever else is answered is stale. */
export function isLost(values: Values): boolean {
  return integerOf(values.get(powernet.commStatus)) === 2;
}

/** Whether anything of the PowerNet `ups` branch was answered, the state of the link to the UPS aside. */
export function hasPowernet(values: Values): boolean {
  for (const [oid, cell] of values) {
    if (oid.startsWith(powernet.branch) && oid !== powernet.commStatus && textOf(cell) !== undefined) return true;
  }
  return false;
}

function hasBattery(values: Values): boolean {
  for (const [oid, cell] of values) {
    if (oid.startsWith(powernet.batteryBranch) && textOf(cell) !== undefined) return true;
  }
  return false;
}

/** Battery branches that were found to hold something: `powernet.batteryRoot`, `rfc1628Battery`. */
export type Proof = ReadonlySet<string>;
export const noProof: Proof = new Set();

/** Whether what was answered shows by itself what is there. */
export function isProven(values: Values): boolean {
  return textOf(values.get(powernet.model)) !== undefined || hasBattery(values) || hasRfc1628(values);
}

/** A UPS is accepted by its model or by a battery object; sysObjectID is only a hint against taking a PDU for one. */
export function judge(values: Values, alarms: Alarms | undefined, proof: Proof): Judgement {
  const family = familyOf(values.get(system.sysObjectId)?.raw);
  if (isLost(values)) return lost;
  if (textOf(values.get(powernet.model)) !== undefined) return { verdict: 'ups' };
  if (family !== 'other') {
    if (hasBattery(values) || proof.has(powernet.batteryRoot)) return { verdict: 'ups' };
    if (hasRfc1628(values) || proof.has(rfc1628Battery)) {
      if (communicationsLost(alarms)) return lost;
      return { verdict: isOwnBrand(values) ? 'ups' : 'other-vendor' };
    }
  }
  if (family === 'bare' || family === 'ups') return noApplication;
  const name = textOf(values.get(system.sysDescr))?.slice(0, 120);
  const what = name === undefined ? 'it does not say what it is' : `it calls itself "${name}"`;
  return { verdict: 'not-a-ups', note: `What answers at this address is not a UPS: ${what}.` };
}
