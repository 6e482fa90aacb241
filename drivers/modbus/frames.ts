/**
 * Modbus frames (Modbus over Serial Line V1.02, Modbus Messaging on TCP/IP V1.0b). Nothing leaves but the request that
 * was meant (`checked` is the only door out), nothing enters but an answer to it (`find` is the only door in). The one
 * request that can be made here is function 3.
 */

/** Read Holding Registers: the only function that reading knows. */
const readFunction = 3;
export const exceptionBit = 0x80;

/** One request: `count` registers from wire address `address` (0-based) of the unit. */
export interface Question {
  readonly unit: number;
  readonly address: number;
  readonly count: number;
}

/** A request and its answers, each from the unit address on and without a checksum. */
export interface Request {
  readonly body: readonly number[];
  /** How long a good answer is. An exception has three bytes. */
  readonly answerLength: number;
  /** Whether a body answers it, well or by an exception. */
  isAnswered(body: Buffer): boolean;
}

/** What came so far, looked through for one answer. */
export interface Found {
  /** The answer as an RTU frame, which is what modbus-serial understands. */
  readonly answer?: Buffer;
  /** What must be kept for the next look. */
  readonly rest: Buffer;
  /** Why no answer can come any more on this wire. */
  readonly broken?: string;
}

/** How frames stand on a wire. */
export interface Framing {
  /** The bytes to send for a request that modbus-serial made. */
  dress(frame: Buffer): Buffer;
  find(heard: Buffer): Found;
}

/** CRC-16 of Modbus RTU, low byte first on the wire. */
export function crc16(bytes: Iterable<number>): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

/** An RTU frame: what is given, and its CRC. */
export function withCrc(body: readonly number[] | Uint8Array): Buffer {
  const crc = crc16(body);
  return Buffer.from([...body, crc & 0xff, crc >>> 8]);
}

/** The reading of holding registers. */
export function readRequest({ unit, address, count }: Question): Request {
  return {
    body: [unit, readFunction, address >>> 8, address & 0xff, count >>> 8, count & 0xff],
    answerLength: 3 + count * 2,
    isAnswered: (body) => {
      if (body[0] !== unit) return false;
      if (body[1] === (readFunction | exceptionBit)) return body.length === 3;
      return body[1] === readFunction && body[2] === count * 2 && body.length === 3 + count * 2;
    },
  };
}

/**
 * The frame, if it is exactly the request that was meant.
 * @throws Error if it is anything else: no other function of Modbus may ever leave
 */
export function checked(frame: Buffer, { body }: Request): Buffer {
  if (!frame.equals(withCrc(body))) throw new Error('not the request that was meant');
  return frame;
}

/**
 * RTU has no transaction ids and frames have no beginning: an answer is what has the right unit, function, byte count
 * and CRC, wherever it stands in what was heard. Noise, cut frames and answers to other questions are passed over.
 */
export function rtuFraming(request: Request): Framing {
  const unit = request.body[0] ?? 0;
  return {
    dress: (frame) => checked(frame, request),
    find: (heard) => {
      for (let at = heard.indexOf(unit); at >= 0; at = heard.indexOf(unit, at + 1)) {
        for (const length of [5, request.answerLength + 2]) {
          const frame = heard.subarray(at, at + length);
          if (frame.length === length && request.isAnswered(frame.subarray(0, -2)) && crc16(frame) === 0)
            return { answer: frame, rest: heard.subarray(at + length) };
        }
      }
      return { rest: heard };
    },
  };
}

const headerLength = 6;
const longestPdu = 254;

function isHeader(bytes: Buffer): boolean {
  const length = bytes.readUInt16BE(4);
  return bytes.readUInt16BE(2) === 0 && length >= 3 && length <= longestPdu;
}

/** TCP: answers carry the transaction id of their request; those of others are passed over. */
export function tcpFraming(request: Request, transaction: number): Framing {
  return {
    dress: (frame) => {
      const body = checked(frame, request).subarray(0, -2);
      return Buffer.concat([Buffer.from([transaction >>> 8, transaction & 0xff, 0, 0, 0, body.length]), body]);
    },
    find: (heard) => {
      let rest = heard;
      while (rest.length >= headerLength) {
        if (!isHeader(rest)) return { rest, broken: 'what came is not Modbus TCP' };
        const length = rest.readUInt16BE(4);
        if (rest.length < headerLength + length) break;
        const body = rest.subarray(headerLength, headerLength + length);
        const isOurs = rest.readUInt16BE(0) === transaction;
        rest = rest.subarray(headerLength + length);
        if (!isOurs) continue;
        if (!request.isAnswered(body)) return { rest, broken: 'the answer is not one to the question' };
        // What follows must be a frame too, or this one was cut and filled up by another.
        if (rest.length >= headerLength && !isHeader(rest)) return { rest, broken: 'frames run into each other' };
        return { answer: withCrc(body), rest };
      }
      return { rest };
    },
  };
}
