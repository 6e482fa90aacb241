/** Whatever comes to the port: nothing crashes, nothing spins, and the next trap is heard. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementAt, elementsOf, integerOf, oidOf } from '../../../../drivers/snmp/traps/ber.ts';
import { notificationOf } from '../../../../drivers/snmp/traps/notification.ts';
import { newEngine, type User, verify } from '../../../../drivers/snmp/traps/security.ts';
import { card, community, ear, good, overheard, send, trap, v3 } from './support.ts';

const user = card('rack', '127.0.0.1', good).user as User;

/** One of each kind, as senders make them. */
const samples: readonly Buffer[] = await overheard(4, async (port) => {
  const senders = [community(port, '1'), community(port, '2c'), v3(port), v3(port, { user: 'traps' })];
  for (const sender of senders) await trap(sender, 17);
  for (const sender of senders) sender.close();
});

/** A sample with some of its bytes changed, doubled, left out or cut off. */
const damaged = fc
  .tuple(
    fc.constantFrom(...samples),
    fc.array(fc.tuple(fc.nat(400), fc.nat(255), fc.constantFrom('change', 'double', 'drop', 'cut')), {
      minLength: 1,
      maxLength: 6,
    }),
  )
  .map(([sample, changes]) => {
    let bytes = [...sample];
    for (const [place, value, change] of changes) {
      const at = place % Math.max(1, bytes.length);
      if (change === 'change') bytes[at] = value;
      if (change === 'double') bytes.splice(at, 0, bytes[at] ?? value);
      if (change === 'drop') bytes.splice(at, 1);
      if (change === 'cut') bytes = bytes.slice(0, at);
    }
    return Buffer.from(bytes);
  });
const anything = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

/** Takes a message apart as the receiver does. @throws RangeError */
function takeApart(datagram: Buffer): void {
  const outer = elementsOf(elementAt(datagram, 0).body);
  for (const { body } of outer.slice(0, 1)) integerOf({ tag: 2, body, whole: body });
  const pdu = outer[2];
  if (pdu !== undefined) notificationOf(pdu);
}

function onlyRangeErrors(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

describe('any datagram', () => {
  it('is one of the samples', () => {
    expect(samples).toHaveLength(4);
  });

  it('is taken apart, or refused with a RangeError', () => {
    fc.assert(
      fc.property(fc.oneof(damaged, anything), (bytes) => onlyRangeErrors(() => takeApart(bytes))),
      {
        numRuns: 5000,
      },
    );
  });

  it('is verified, or refused with a RangeError, and is as it was afterwards', () => {
    const engine = newEngine(() => 0);
    fc.assert(
      fc.property(fc.oneof(damaged, anything), (bytes) => {
        const before = Buffer.from(bytes);
        onlyRangeErrors(() => verify(bytes, [user], engine));
        expect(bytes.equals(before)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('that was changed in one byte is not believed with SNMP 3', () => {
    const signed = samples[2] ?? Buffer.alloc(0);
    const engine = newEngine(() => 0);
    const believed: number[] = [];
    for (let at = 0; at < signed.length; at += 1) {
      const bytes = Buffer.from(signed);
      bytes[at] = (bytes[at] ?? 0) ^ 0x01;
      onlyRangeErrors(() => {
        if ('pdu' in verify(bytes, [user], engine)) believed.push(at);
      });
    }
    expect(believed).toEqual([]);
    expect('pdu' in verify(signed, [user], engine)).toBe(true);
  });

  it('that claims lengths of its own, or nests without end, ends at once', () => {
    const nested = Array.from({ length: 400 }).reduce<Buffer>(
      (body) => Buffer.concat([Buffer.from([0x30, 0x84, 0, 0, body.length >>> 8, body.length & 0xff]), body]),
      Buffer.alloc(0),
    );
    const strange = ['3080', '30ff', '3084ffffffff', '30840000000002', '0200', '30020201', '3003020400'];
    for (const bytes of [nested, ...strange.map((hex) => Buffer.from(hex, 'hex'))]) {
      onlyRangeErrors(() => takeApart(bytes));
      onlyRangeErrors(() =>
        verify(
          bytes,
          [user],
          newEngine(() => 0),
        ),
      );
    }
    const longOid = { tag: 6, body: Buffer.alloc(250, 0xff), whole: Buffer.alloc(0) };
    expect(() => oidOf(longOid)).toThrow(RangeError);
    const many = Buffer.alloc(60_000, Buffer.from([0x05, 0x00]));
    expect(() => elementsOf(many)).toThrow(RangeError);
  });

  it('leaves the receiver as it was', async () => {
    await using at = await ear([card('rack', '127.0.0.1', good)]);
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged, anything), async (bytes) => {
        await send(at.receiver.port, [bytes]);
        sent += 1;
        await at.taken(sent);
        at.pass(1000);
      }),
      { numRuns: 300 },
    );
    const { polls } = at.receiver.counts;
    const sender = community(at.receiver.port, '2c');
    await trap(sender, 68);
    sender.close();
    while (at.heard.at(-1) !== 'rack: fewer batteries') await new Promise((resolve) => setImmediate(resolve));
    expect(at.receiver.counts.polls).toBeGreaterThan(polls);
    expect(at.receiver.counts.malformed).toBeGreaterThan(sent / 4);
  });
});
