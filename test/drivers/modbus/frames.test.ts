import { describe, expect, it } from 'vitest';
import { exchange, reading } from '../../../drivers/modbus/exchange.ts';
import {
  checked,
  crc16,
  type Framing,
  readRequest,
  rtuFraming,
  tcpFraming,
  withCrc,
} from '../../../drivers/modbus/frames.ts';
import { LineError } from '../../../drivers/modbus/wire.ts';

const question = { unit: 1, address: 591, count: 2 };
const body = [1, 3, 4, 0x12, 0x34, 0x56, 0x78];
const reply = withCrc(body);

const tcp = (transaction: number, bytes: readonly number[]) =>
  Buffer.from([transaction >> 8, transaction & 0xff, 0, 0, 0, bytes.length, ...bytes]);

describe('the checksum', () => {
  it('is the one of the Modbus specification', () => {
    // The example of the specification: "02 07" has the CRC 0x1241, sent low byte first.
    expect(crc16([2, 7])).toBe(0x1241);
    expect(withCrc([2, 7])).toEqual(Buffer.from([2, 7, 0x41, 0x12]));
  });
});

describe('the door out', () => {
  const request = withCrc([1, 3, 0x02, 0x4f, 0, 2]);

  it('lets a reading through, dressed for the wire', () => {
    expect(rtuFraming(readRequest(question)).dress(request)).toEqual(request);
    expect(tcpFraming(readRequest(question), 0xabcd).dress(request)).toEqual(tcp(0xabcd, [1, 3, 0x02, 0x4f, 0, 2]));
  });

  it.each([
    ['another function', withCrc([1, 6, 0x02, 0x4f, 0, 2])],
    ['a writing of several registers', withCrc([1, 16, 0x02, 0x4f, 0, 1, 2, 0, 2])],
    ['another unit', withCrc([2, 3, 0x02, 0x4f, 0, 2])],
    ['another address', withCrc([1, 3, 0x02, 0x50, 0, 2])],
    ['another number of registers', withCrc([1, 3, 0x02, 0x4f, 0, 3])],
    ['something behind it', Buffer.concat([request, request])],
    ['nothing', Buffer.alloc(0)],
  ])('stops %s', (_what, wrong) => {
    expect(() => checked(wrong, readRequest(question))).toThrow(/not the request/);
    for (const framing of [rtuFraming(readRequest(question)), tcpFraming(readRequest(question), 1)])
      expect(() => framing.dress(wrong)).toThrow();
  });
});

/** What is found when the bytes come one by one. */
function found(framing: Framing, bytes: Buffer): { answer: Buffer | undefined; broken: string | undefined } {
  let heard: Buffer = Buffer.alloc(0);
  for (const byte of bytes) {
    const look = framing.find(Buffer.concat([heard, Buffer.from([byte])]));
    heard = look.rest;
    if (look.answer !== undefined || look.broken !== undefined) return { answer: look.answer, broken: look.broken };
  }
  return { answer: undefined, broken: undefined };
}

describe('an answer on a serial line', () => {
  const of = (bytes: Buffer) => found(rtuFraming(readRequest(question)), bytes).answer;
  const other = withCrc([1, 3, 2, 0x12, 0x34]);
  const foreign = withCrc([2, 3, 4, 0x12, 0x34, 0x56, 0x78]);
  const corrupt = Buffer.from(reply).fill(0xff, 4, 5);

  it.each([
    ['alone', reply],
    ['after noise', Buffer.concat([Buffer.from([0, 0xff, 1]), reply])],
    ['after an answer of another length', Buffer.concat([other, reply])],
    ['after an answer of another unit', Buffer.concat([foreign, reply])],
    ['after a corrupt one', Buffer.concat([corrupt, reply])],
    ['after one that was cut', Buffer.concat([reply.subarray(0, 5), reply])],
  ])('is found %s', (_where, bytes) => {
    expect(of(bytes)).toEqual(reply);
  });

  it.each([
    ['of another unit', foreign],
    ['of another length', other],
    ['to another function', withCrc([1, 4, 4, 0x12, 0x34, 0x56, 0x78])],
    ['that is corrupt', corrupt],
    ['that is cut', reply.subarray(0, -1)],
    ['of which each byte but the last came', reply.subarray(0, reply.length - 1)],
  ])('%s is none', (_what, bytes) => {
    expect(of(bytes)).toBeUndefined();
  });

  it('may be an exception of this unit', () => {
    expect(of(withCrc([1, 0x83, 2]))).toEqual(withCrc([1, 0x83, 2]));
    expect(of(withCrc([2, 0x83, 2]))).toBeUndefined();
    expect(of(withCrc([1, 0x84, 2]))).toBeUndefined();
  });
});

describe('an answer over TCP', () => {
  const of = (bytes: Buffer) => found(tcpFraming(readRequest(question), 7), bytes);

  it('is found, also behind those of other transactions', () => {
    expect(of(tcp(7, body)).answer).toEqual(reply);
    expect(of(Buffer.concat([tcp(6, body), tcp(263, body), tcp(7, body)])).answer).toEqual(reply);
    expect(of(tcp(7, [1, 0x83, 2])).answer).toEqual(withCrc([1, 0x83, 2]));
  });

  it.each([
    ['of another unit', tcp(7, [2, ...body.slice(1)])],
    ['of another length', tcp(7, [1, 3, 2, 0, 0])],
    ['whose byte count is not its length', tcp(7, [1, 3, 2, 0x12, 0x34, 0x56, 0x78])],
    ['to another function', tcp(7, [1, 4, ...body.slice(2)])],
    ['that is no Modbus TCP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('%s breaks the connection', (_what, bytes) => {
    expect(of(bytes)).toMatchObject({ answer: undefined, broken: expect.any(String) });
  });

  it('that another transaction asked for is passed over', () => {
    expect(of(tcp(8, body))).toEqual({ answer: undefined, broken: undefined });
  });
});

describe('an exchange', () => {
  it('hands over registers', async () => {
    const sent: Buffer[] = [];
    const running = exchange(
      reading(question),
      rtuFraming(readRequest(question)),
      (bytes) => void sent.push(bytes),
      1000,
    );
    expect(sent).toEqual([withCrc([1, 3, 0x02, 0x4f, 0, 2])]);
    expect(running.hear(reply)).toHaveLength(0);
    expect(await running.answer).toEqual({ registers: [0x1234, 0x5678] });
  });

  it('hands over exceptions', async () => {
    const running = exchange(reading(question), rtuFraming(readRequest(question)), () => {}, 1000);
    running.hear(withCrc([1, 0x83, 2]));
    expect(await running.answer).toEqual({ exception: 2 });
  });

  it('settles when it is told that it failed, with an error of ours, and only once', async () => {
    const running = exchange(reading(question), rtuFraming(readRequest(question)), () => {}, 1000);
    const error = new LineError('gone', 'the cable was pulled');
    running.fail(error);
    running.hear(reply);
    await expect(running.answer).rejects.toBe(error);
  });

  it('does not hear what is not meant for it', async () => {
    const running = exchange(reading(question), tcpFraming(readRequest(question), 3), () => {}, 1000);
    running.hear(tcp(2, body));
    running.hear(tcp(3, body));
    expect(await running.answer).toEqual({ registers: [0x1234, 0x5678] });
  });

  it('keeps no more of what it hears than a frame can be long', () => {
    const running = exchange(reading(question), rtuFraming(readRequest(question)), () => {}, 1000);
    expect(running.hear(Buffer.alloc(5000)).length).toBeLessThan(2000);
    running.fail(new LineError('stopped', 'enough'));
  });
});
