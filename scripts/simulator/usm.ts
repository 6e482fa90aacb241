/** The agent's side of SNMPv3 (RFC 3414): discovery, authentication, privacy, the time window and reports. */
import snmp from 'net-snmp';
import { type Element, read, readAll, readInteger, tags, write, writeInteger, writeOctets, writeOid } from './ber.ts';

/** Protocols are named as in the config of the agent. */
export interface SimulatedUser {
  readonly name: string;
  readonly auth?: {
    readonly protocol: 'md5' | 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
    readonly password: string;
  };
  readonly priv?: { readonly protocol: 'des' | 'aes' | 'aes256b' | 'aes256r'; readonly password: string };
}

/** The identity and clock of one simulated card. */
export interface Engine {
  readonly id: Buffer;
  boots: number;
  /** Seconds since the last boot. */
  time(): number;
}

interface Security {
  readonly engineId: Buffer;
  readonly user: string;
  readonly digest: Buffer;
  readonly salt: Buffer;
  readonly boots: number;
  readonly time: number;
}

/** A v3 message whose PDU may be answered, or the datagram that refuses it. */
export type Incoming =
  | {
      readonly pdu: Element /** `unsigned` leaves out authentication and privacy, as a forger would. */;
      readonly reply: (pdu: Buffer, unsigned: boolean) => Buffer;
    }
  | { readonly refusal: Buffer };

const reports = {
  unsupportedSecurityLevel: 1,
  notInTimeWindow: 2,
  unknownUser: 3,
  unknownEngine: 4,
  wrongDigest: 5,
  decryption: 6,
} as const;

interface Ciphers {
  encryptPdu(
    protocol: number,
    pdu: Buffer,
    password: string,
    auth: number,
    engine: object,
  ): {
    readonly encryptedPdu: Buffer;
    readonly msgPrivacyParameters: Buffer;
  };
  decryptPdu(protocol: number, pdu: Buffer, salt: Buffer, password: string, auth: number, engine: object): Buffer;
}
const ciphers = snmp.Encryption as unknown as Ciphers;
const timeWindow = 150;

function at(elements: readonly Element[], index: number): Element {
  const element = elements[index];
  if (element === undefined) throw new RangeError('element is missing');
  return element;
}

function readSecurity(body: Buffer): Security {
  const parts = readAll(read(body, 0).body);
  return {
    engineId: at(parts, 0).body,
    boots: readInteger(at(parts, 1).body),
    time: readInteger(at(parts, 2).body),
    user: at(parts, 3).body.toString(),
    digest: at(parts, 4).body,
    salt: Buffer.from(at(parts, 5).body),
  };
}

/** Checks one v3 datagram against the users of a card. @throws RangeError when it is not a message at all */
export function receive(datagram: Buffer, engine: Engine, users: readonly SimulatedUser[]): Incoming {
  const [, head, parameters, data] = readAll(read(datagram, 0).body);
  if (head === undefined || parameters === undefined || data === undefined) throw new RangeError('no v3 message');
  const headers = readAll(head.body);
  const id = readInteger(at(headers, 0).body);
  const flags = at(headers, 2).body[0] ?? 0;
  const security = readSecurity(parameters.body);
  const report = (kind: keyof typeof reports, signer?: SimulatedUser): Incoming => {
    const varbind = write(
      tags.sequence,
      writeOid(`1.3.6.1.6.3.15.1.1.${reports[kind]}.0`),
      writeInteger(1, tags.counter),
    );
    const pdu = pduOf(0xa8, 0, 0, 0, [varbind]);
    return { refusal: message(id, engine, signer, signer === undefined ? 0 : 1, pdu) };
  };
  if (!security.engineId.equals(engine.id)) return report('unknownEngine');
  const user = users.find((each) => each.name === security.user);
  if (user === undefined) return report('unknownUser');
  const level = (user.auth === undefined ? 0 : 1) | (user.priv === undefined ? 0 : 2);
  if ((flags & 3) !== level) return report('unsupportedSecurityLevel');
  if (user.auth !== undefined) {
    const { protocol, password } = user.auth;
    const authentic = snmp.Authentication.isAuthentic(
      datagram,
      snmp.AuthProtocols[protocol],
      password,
      engine.id,
      security.digest,
    );
    if (!authentic) return report('wrongDigest');
    const inWindow = security.boots === engine.boots && Math.abs(security.time - engine.time()) <= timeWindow;
    if (!inWindow) return report('notInTimeWindow', user);
  }
  const scoped = data.tag === tags.octets ? decrypt(data.body, security, user, engine) : data.body;
  if (scoped === undefined) return report('decryption');
  const parts = readAll(scoped);
  const reply = (pdu: Buffer, unsigned: boolean) => message(id, engine, user, unsigned ? 0 : level, pdu);
  return { pdu: at(parts, 2), reply };
}

function decrypt(body: Buffer, security: Security, user: SimulatedUser, engine: Engine): Buffer | undefined {
  if (user.priv === undefined || user.auth === undefined) return undefined;
  const clock = { engineID: engine.id, engineBoots: security.boots, engineTime: security.time };
  try {
    const { protocol, password } = user.priv;
    const auth = snmp.AuthProtocols[user.auth.protocol];
    const plain = ciphers.decryptPdu(snmp.PrivProtocols[protocol], body, security.salt, password, auth, clock);
    const scoped = read(plain, 0);
    return scoped.tag === tags.sequence ? scoped.body : undefined;
  } catch {
    return undefined;
  }
}

/** A PDU of any kind but GetBulk. */
export function pduOf(tag: number, id: number, status: number, index: number, varbinds: readonly Buffer[]): Buffer {
  return write(tag, writeInteger(id), writeInteger(status), writeInteger(index), write(tags.sequence, ...varbinds));
}

function message(id: number, engine: Engine, user: SimulatedUser | undefined, flags: number, pdu: Buffer): Buffer {
  const boots = engine.boots;
  const time = engine.time();
  const scoped = write(tags.sequence, writeOctets(engine.id), writeOctets(''), pdu);
  let data = scoped;
  let salt: Buffer = Buffer.alloc(0);
  if ((flags & 2) !== 0 && user?.priv !== undefined && user.auth !== undefined) {
    const auth = snmp.AuthProtocols[user.auth.protocol];
    const clock = { engineID: engine.id, engineBoots: boots, engineTime: time };
    const made = ciphers.encryptPdu(snmp.PrivProtocols[user.priv.protocol], scoped, user.priv.password, auth, clock);
    data = writeOctets(made.encryptedPdu);
    salt = made.msgPrivacyParameters;
  }
  const auth = (flags & 1) === 0 ? undefined : user?.auth;
  const length = auth === undefined ? 0 : snmp.Authentication.getParametersLength(snmp.AuthProtocols[auth.protocol]);
  const parameters = write(
    tags.sequence,
    writeOctets(engine.id),
    writeInteger(boots),
    writeInteger(time),
    writeOctets(user?.name ?? ''),
    writeOctets(Buffer.alloc(length)),
    writeOctets(salt),
  );
  const head = write(
    tags.sequence,
    writeInteger(id),
    writeInteger(65_507),
    writeOctets(Buffer.from([flags])),
    writeInteger(3),
  );
  const whole = write(tags.sequence, writeInteger(3), head, writeOctets(parameters), data);
  if (auth !== undefined) {
    const digest = digestOf(whole);
    snmp.Authentication.writeParameters(whole, snmp.AuthProtocols[auth.protocol], auth.password, engine.id, digest);
  }
  return whole;
}

/** The view of the digest inside an encoded message. */
function digestOf(whole: Buffer): Buffer {
  const parameters = at(readAll(read(whole, 0).body), 2);
  return at(readAll(read(parameters.body, 0).body), 4).body;
}
