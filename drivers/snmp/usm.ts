/**
 * Three repairs of net-snmp's SNMPv3 security, put in place once when this file is loaded:
 *
 * - DES. OpenSSL 3 offers no single DES, so the library's own code fails on every current Node, while older cards know
 *   nothing better. Triple DES with three equal keys is single DES, and that is offered.
 * - Keys. The library stretches a passphrase to a megabyte for each card anew (about 2 ms, blocking). The stretching
 *   does not depend on the card (RFC 3414, A.2), so it is done once a passphrase.
 * - Memory. The library keeps a key for each engine that it ever heard of, and anybody can invent engines.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import snmp from 'net-snmp';

interface Engine {
  readonly engineID: Buffer;
}
type AuthProtocol = Parameters<typeof snmp.Authentication.passwordToKey>[0];
type PasswordToKey = (protocol: AuthProtocol, password: string | Buffer, engineId: Buffer) => Buffer;

/** What of the library is replaced; its types say that nothing can be. */
interface Replaceable {
  passwordToKey: PasswordToKey;
}
interface DesAlgorithm {
  encryptPdu: (pdu: Buffer, priv: number, password: string, auth: AuthProtocol, engine: Engine) => EncryptedPdu;
  decryptPdu: (pdu: Buffer, priv: number, salt: Buffer, password: string, auth: AuthProtocol, engine: Engine) => Buffer;
}
interface EncryptedPdu {
  readonly encryptedPdu: Buffer;
  readonly msgPrivacyParameters: Buffer;
}

const authentication = snmp.Authentication as unknown as Replaceable;
const des = snmp.Encryption.algorithms[snmp.PrivProtocols.des] as unknown as DesAlgorithm;

const block = 8;
const stretched = new Map<string, Buffer>();
/** Keys by passphrase and engine: enough for each of the largest site's cards. */
const localized = new Map<string, Buffer>();
const mostLocalized = 50_000;
const byLibrary = authentication.passwordToKey;

/** RFC 3414 A.2: a passphrase becomes a key for one engine. */
const passwordToKey: PasswordToKey = (protocol, password, engineId) => {
  // Keys that are made from keys (AES-256 after Reeder) are octets: they are the library's business.
  if (typeof password !== 'string') return byLibrary(protocol, password, engineId);
  const { computeCacheKey, algorithms, HMAC_BUFFER_SIZE } = snmp.Authentication;
  const cacheKey = computeCacheKey(protocol, password, engineId);
  const known = localized.get(cacheKey);
  if (known !== undefined) return known;
  const hash = (algorithms[protocol] as { readonly CRYPTO_ALGORITHM: string }).CRYPTO_ALGORITHM;
  const name = `${hash} ${password}`;
  const digest = stretched.get(name) ?? createHash(hash).update(Buffer.alloc(HMAC_BUFFER_SIZE, password)).digest();
  stretched.set(name, digest);
  const key = createHash(hash).update(digest).update(engineId).update(digest).digest();
  if (localized.size >= mostLocalized) localized.clear();
  localized.set(cacheKey, key);
  return key;
};

/** RFC 3414 8.1.1.1: key and initialisation vector of one message. */
function desKey(auth: AuthProtocol, password: string, engine: Engine, salt: Buffer): { key: Buffer; iv: Buffer } {
  const localized = passwordToKey(auth, password, engine.engineID);
  const single = localized.subarray(0, block);
  const iv = Buffer.alloc(block);
  for (let at = 0; at < block; at += 1) iv[at] = (localized[block + at] ?? 0) ^ (salt[at] ?? 0);
  return { key: Buffer.concat([single, single, single]), iv };
}

authentication.passwordToKey = passwordToKey;

des.encryptPdu = (pdu, _priv, password, auth, engine) => {
  const salt = randomBytes(block);
  const { key, iv } = desKey(auth, password, engine, salt);
  const cipher = createCipheriv('des-ede3-cbc', key, iv).setAutoPadding(false);
  const padded = Buffer.concat([pdu, Buffer.alloc((block - (pdu.length % block)) % block)]);
  return { encryptedPdu: Buffer.concat([cipher.update(padded), cipher.final()]), msgPrivacyParameters: salt };
};

des.decryptPdu = (pdu, _priv, salt, password, auth, engine) => {
  const { key, iv } = desKey(auth, password, engine, salt);
  const decipher = createDecipheriv('des-ede3-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([decipher.update(pdu), decipher.final()]);
};
