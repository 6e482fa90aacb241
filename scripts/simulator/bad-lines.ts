/** What bad lines do to the answers of Modbus units: late, lost, twice, cut, corrupt. Chance is passed in. */
import type { Delivery, Fate } from './bus.ts';

/** A whole number below the one given. */
export type Random = (below: number) => number;

/** Bytes in pieces, up to `gap` milliseconds apart. */
function pieces(bytes: Buffer, after: number, random: Random, gap = 4): Delivery {
  const out: { after: number; bytes: Buffer }[] = [];
  for (let at = 0, late = after; at < bytes.length; late += random(gap)) {
    const next = at + 1 + random(bytes.length);
    out.push({ after: late, bytes: bytes.subarray(at, next) });
    at = next;
  }
  return out;
}

/** Flips bits in up to two neighbouring bytes, which a checksum of 16 bits always notices. */
function corrupted(reply: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(reply);
  const at = random(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 + random(255));
  if (at + 1 < bytes.length) bytes[at + 1] = (bytes[at + 1] ?? 0) ^ random(256);
  return bytes;
}

/** What a bad serial line does. Answers come up to half a minute late; repetitions follow within a few seconds. */
export function badSerial(random: Random): Fate {
  return (reply) => {
    const soon = 5 + random(300);
    switch (random(14)) {
      case 0:
        return [];
      case 1:
        return pieces(reply, 2000 + random(4000), random);
      case 2:
        return pieces(reply, random(30_000), random);
      case 3:
        return [...pieces(reply, soon, random), { after: soon + 600 + random(3000), bytes: reply }];
      case 4:
        return pieces(Buffer.concat([reply, reply]), soon, random);
      case 5:
        return pieces(reply.subarray(0, random(reply.length)), soon, random);
      case 6:
        return pieces(corrupted(reply, random), soon, random);
      case 7:
        return pieces(Buffer.concat([Buffer.from([random(256), random(256)]), reply]), soon, random);
      default:
        return pieces(reply, soon, random);
    }
  };
}

/** What a bad gateway does: TCP keeps bytes whole and in order, but answers come late, twice, cut off or not at all. */
export function badGateway(random: Random): Fate {
  return (reply) => {
    const soon = 5 + random(300);
    const header = Buffer.from(reply);
    switch (random(14)) {
      case 0:
        return [];
      case 1:
        return pieces(reply, 1500 + random(4000), random, 1);
      case 2:
        return [{ after: soon, bytes: Buffer.concat([reply, reply]) }];
      case 3:
        return [
          { after: soon, bytes: reply },
          { after: soon + random(1000), bytes: reply },
        ];
      case 4:
        return [{ after: soon, bytes: reply.subarray(0, random(reply.length)), last: true }];
      case 5:
        header.writeUInt16BE(random(0x10000), random(7));
        return pieces(header, soon, random, 1);
      case 6:
        return pieces(Buffer.from([random(256), ...reply]), soon, random, 1);
      default:
        return pieces(reply, soon, random, 1);
    }
  };
}

/** A gateway that hands on, under a new transaction id, what its own serial line brings too late. */
export function staleGateway(random: Random): Fate {
  let kept: Buffer | undefined;
  return (reply) => {
    const old = kept;
    kept = random(3) === 0 ? Buffer.from(reply) : undefined;
    if (kept !== undefined) return [];
    if (old === undefined) return [{ after: 10, bytes: reply }];
    return [{ after: 10, bytes: Buffer.concat([reply.subarray(0, 2), old.subarray(2)]) }];
  };
}

/** Chance that is the same in every run with this seed. */
export function randomOf(seed: number): Random {
  let state = seed;
  return (below) => {
    // A small linear congruential generator; its upper bits are random enough for a test.
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}
