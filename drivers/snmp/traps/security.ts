/**
 * The receiver's side of the User-based Security Model (RFC 3414). A trap is signed by its sender's engine, whichever
 * that is; an inform is signed by ours, which the sender asks for first. Users are those of the units at the sender's
 * address. A trap that is played again is believed again: it starts a poll and nothing more.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import snmp from 'net-snmp';
import type { Access } from '../options.ts';
import '../usm.ts';
import { type Element, element, elementAt, elementsOf, integer, integerOf, octets, oid, part, tags } from './ber.ts';

export type User = Extract<Access, { version: '3' }>;

/** Our own identity and clock, for informs. */
export interface Engine {
  readonly id: Buffer;
  readonly boots: number;
  /** Whole seconds since the start. */
  time(): number;
}

/**
 * What a signed message holds, or why it is not believed. Some senders expect to be told why: `reply`. Without a refusal
 * it is the question for our engine, with which an inform begins.
 */
export type Verified =
  | { readonly pdu: Element; readonly acknowledge: ((pdu: Buffer) => Buffer) | undefined }
  | { readonly refusal?: string; readonly reply?: Buffer };

/** A new identity at each start needs no count of starts: RFC 3414, 2.2.2, asks that the two never repeat together. */
export function newEngine(monotonic: () => number): Engine {
  const started = monotonic();
  const id = Buffer.concat([Buffer.from('8000000005', 'hex'), randomBytes(12)]);
  return { id, boots: 1, time: () => Math.floor((monotonic() - started) / 1000) };
}

/** usmStats: 1.3.6.1.6.3.15.1.1.<number>. */
const reports = {
  unsupportedSecurityLevel: 1,
  notInTimeWindow: 2,
  unknownUser: 3,
  unknownEngine: 4,
  wrongDigest: 5,
  decryption: 6,
} as const;

const flags = { auth: 1, priv: 2, reportable: 4 } as const;
const userBasedSecurity = 3;
/** Seconds by which a sender's idea of our clock may be wrong. */
const timeWindow = 150;
const largestMessage = 65_507;

interface Message {
  readonly datagram: Buffer;
  readonly id: Element;
  readonly flags: number;
  readonly engineId: Buffer;
  readonly boots: number;
  readonly time: number;
  readonly user: string;
  readonly digest: Buffer;
  readonly salt: Buffer;
  readonly data: Element;
}

/** @throws RangeError */
function readMessage(datagram: Buffer): Message {
  const outer = elementsOf(elementAt(datagram, 0).body);
  const head = elementsOf(part(outer, 1, tags.sequence).body);
  const security = elementsOf(elementAt(part(outer, 2, tags.octets).body, 0).body);
  if (integerOf(part(head, 3, tags.integer)) !== userBasedSecurity) throw new RangeError('another security model');
  const [engineId, user] = [part(security, 0, tags.octets).body, part(security, 3, tags.octets).body];
  const data = outer[3];
  if (data === undefined || engineId.length > 32 || user.length > 32) throw new RangeError('no message of SNMP 3');
  return {
    datagram,
    id: part(head, 0, tags.integer),
    flags: part(head, 2, tags.octets).body.readUInt8(0),
    engineId,
    boots: integerOf(part(security, 1, tags.integer)),
    time: integerOf(part(security, 2, tags.integer)),
    user: user.toString(),
    digest: part(security, 4, tags.octets).body,
    salt: part(security, 5, tags.octets).body,
    data,
  };
}

/** Opens one message of SNMP 3. @throws RangeError when it is none */
export function verify(datagram: Buffer, users: readonly User[], engine: Engine): Verified {
  const message = readMessage(datagram);
  const isReportable = (message.flags & flags.reportable) !== 0;
  const refuse = (refusal: string, report: keyof typeof reports): Verified => {
    return { refusal, ...(isReportable && { reply: reportMessage(message, engine, reports[report], undefined) }) };
  };
  if (message.engineId.length === 0 && isReportable)
    return { reply: reportMessage(message, engine, reports.unknownEngine, undefined) };
  const named = users.filter(({ user }) => user === message.user);
  const [first] = named;
  if (first === undefined)
    return refuse(`no unit at this address has the SNMPv3 user "${message.user}"`, 'unknownUser');
  const user = named.find((each) => isAuthentic(message, each));
  if (user === undefined) {
    const isSigned = (message.flags & flags.auth) !== 0;
    if (!isSigned) return refuse(`it is not signed, and user "${message.user}" must sign`, 'unsupportedSecurityLevel');
    if (first.auth === undefined)
      return refuse(`it is signed, and user "${message.user}" has no authPassword here`, 'unsupportedSecurityLevel');
    return refuse(
      `the authentication of user "${message.user}" fails: compare authPassword and authProtocol`,
      'wrongDigest',
    );
  }
  const isOurs = message.engineId.equals(engine.id);
  // A sender that was away, or that somebody plays again: it is told the time, and a true one signs anew.
  if (isOurs && user.auth !== undefined && !isInTime(message, engine))
    return { reply: reportMessage(message, engine, reports.notInTimeWindow, user) };
  const scoped = openData(message, user);
  if (scoped === undefined)
    return refuse(`the privacy of user "${message.user}" fails: compare privPassword and privProtocol`, 'decryption');
  const parts = elementsOf(scoped);
  const pdu = parts[2];
  if (pdu === undefined) throw new RangeError('no PDU in it');
  // After a restart of ours a sender asks with our engine of before, and asks again for the new one.
  if (pdu.tag === tags.inform && !isOurs)
    return { reply: reportMessage(message, engine, reports.unknownEngine, undefined) };
  const context = Buffer.concat([part(parts, 0, tags.octets).whole, part(parts, 1, tags.octets).whole]);
  const acknowledge = (answer: Buffer) =>
    seal(message.id, engine, user, message.flags & (flags.auth | flags.priv), element(tags.sequence, context, answer));
  return { pdu, acknowledge: isOurs ? acknowledge : undefined };
}

/** Whether the message is as well signed as this user signs. Encryption is the sender's choice. */
function isAuthentic(message: Message, { auth }: User): boolean {
  const isSigned = (message.flags & flags.auth) !== 0;
  if (auth === undefined || !isSigned) return auth === undefined && !isSigned;
  const protocol = snmp.AuthProtocols[auth.protocol];
  const { digest, datagram, engineId } = message;
  const said = Buffer.from(digest);
  digest.fill(0);
  const right = authentication.calculateDigest(datagram, protocol, auth.password, engineId);
  said.copy(digest);
  return said.length === right.length && timingSafeEqual(said, right);
}

function isInTime({ boots, time }: Message, engine: Engine): boolean {
  return boots === engine.boots && Math.abs(time - engine.time()) <= timeWindow;
}

/** The scoped PDU's body, or `undefined` when it cannot be decrypted. */
function openData({ flags: set, data, salt, engineId, boots, time }: Message, user: User): Buffer | undefined {
  if ((set & flags.priv) === 0) return data.tag === tags.sequence ? data.body : undefined;
  if (user.priv === undefined || user.auth === undefined || data.tag !== tags.octets || salt.length !== 8)
    return undefined;
  const clock = { engineID: engineId, engineBoots: boots, engineTime: time };
  const protocol = snmp.PrivProtocols[user.priv.protocol];
  const auth = snmp.AuthProtocols[user.auth.protocol];
  try {
    const plain = elementAt(encryption.decryptPdu(protocol, data.body, salt, user.priv.password, auth, clock), 0);
    return plain.tag === tags.sequence ? plain.body : undefined;
  } catch {
    return undefined;
  }
}

function reportMessage(message: Message, engine: Engine, number: number, signer: User | undefined): Buffer {
  const varbind = element(tags.sequence, oid(`1.3.6.1.6.3.15.1.1.${number}.0`), integer(1, tags.counter));
  const pdu = element(tags.report, integer(0), integer(0), integer(0), element(tags.sequence, varbind));
  const scoped = element(tags.sequence, octets(engine.id), octets(''), pdu);
  return seal(message.id, engine, signer, signer === undefined ? 0 : flags.auth, scoped);
}

/** A message of ours, signed and encrypted as the flags say. */
function seal(id: Element, engine: Engine, user: User | undefined, set: number, scoped: Buffer): Buffer {
  const [boots, time] = [engine.boots, engine.time()];
  const auth = (set & flags.auth) === 0 ? undefined : user?.auth;
  const priv = (set & flags.priv) === 0 ? undefined : user?.priv;
  let [data, salt]: [Buffer, Buffer] = [scoped, Buffer.alloc(0)];
  if (priv !== undefined && auth !== undefined) {
    const clock = { engineID: engine.id, engineBoots: boots, engineTime: time };
    const [cipher, hash] = [snmp.PrivProtocols[priv.protocol], snmp.AuthProtocols[auth.protocol]];
    const sealed = encryption.encryptPdu(cipher, scoped, priv.password, hash, clock);
    [data, salt] = [octets(sealed.encryptedPdu), sealed.msgPrivacyParameters];
  }
  const length = auth === undefined ? 0 : snmp.Authentication.getParametersLength(snmp.AuthProtocols[auth.protocol]);
  const security = element(
    tags.sequence,
    octets(engine.id),
    integer(boots),
    integer(time),
    octets(user?.user ?? ''),
    octets(Buffer.alloc(length)),
    octets(salt),
  );
  const head = element(
    tags.sequence,
    id.whole,
    integer(largestMessage),
    octets(Buffer.from([set])),
    integer(userBasedSecurity),
  );
  const whole = element(tags.sequence, integer(3), head, octets(security), data);
  if (auth !== undefined) {
    const digest = authentication.calculateDigest(whole, snmp.AuthProtocols[auth.protocol], auth.password, engine.id);
    digest.copy(readMessage(whole).digest);
  }
  return whole;
}

/** What of net-snmp's security is used; its types do not tell all of it. */
interface Hashes {
  calculateDigest(message: Buffer, protocol: number, password: string, engineId: Buffer): Buffer;
}
interface Ciphers {
  encryptPdu(
    protocol: number,
    pdu: Buffer,
    password: string,
    auth: number,
    engine: object,
  ): { readonly encryptedPdu: Buffer; readonly msgPrivacyParameters: Buffer };
  decryptPdu(protocol: number, pdu: Buffer, salt: Buffer, password: string, auth: number, engine: object): Buffer;
}
const authentication = snmp.Authentication as unknown as Hashes;
const encryption = snmp.Encryption as unknown as Ciphers;
