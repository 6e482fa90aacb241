/** Whoever listens for traps answers informs, and asks nobody for anything. */
import { afterEach, expect, it } from 'vitest';
import { card, community, ear, good, inform, type Sender, trap, v3 } from '../drivers/snmp/traps/support.ts';
import { snmpOperation } from './operations.ts';
import { udpTap } from './taps.ts';

const senders: Sender[] = [];
const sending = (sender: Sender): Sender => {
  senders.push(sender);
  return sender;
};
afterEach(() => {
  for (const sender of senders.splice(0)) sender.close();
});

it('a trap receiver sends nothing but acknowledgements and reports', async () => {
  await using at = await ear([card('rack', '127.0.0.1', good)]);
  await using tap = await udpTap(at.receiver.port, (datagram) => snmpOperation(datagram, good));
  for (const version of ['1', '2c'] as const) await trap(sending(community(tap.port, version)), 17);
  await inform(sending(community(tap.port, '2c')), 17);
  await inform(sending(v3(tap.port)), 17);
  await inform(sending(v3(tap.port, { ...good, user: 'nobody' })), 17).catch(() => {});
  await at.taken(4);
  expect(new Set(tap.operations())).toEqual(new Set(['snmp trap 1', 'snmp trap', 'snmp inform', 'snmp get']));
  expect(new Set(tap.answers)).toEqual(new Set(['snmp response', 'snmp report']));
});
