/** Opens SNMPv3 messages (RFC 3414 with SHA, RFC 3826 with AES): only as far as the watcher of the wire needs it. */
import { createDecipheriv, createHash } from 'node:crypto';
import { elements } from './ber.ts';

export interface V3Secrets {
  readonly privPassword: string;
}

/** The key of a password (RFC 3414, A.2.2), for one engine. */
function keyFor(password: string, engine: Buffer): Buffer {
  const digest = createHash('sha1').update(password.repeat(Math.ceil(1_048_576 / password.length)).slice(0, 1_048_576));
  const key = digest.digest();
  return createHash('sha1')
    .update(Buffer.concat([key, engine, key]))
    .digest();
}

/** The scoped PDU of a message, decrypted where it is encrypted. @param parts version, global data, parameters, data */
export function opened(parts: readonly { readonly body: Buffer; readonly tag: number }[], secrets?: V3Secrets): Buffer {
  const [, global, parameters, data] = parts;
  if (global === undefined || parameters === undefined || data === undefined) throw new Error('no message');
  const flags = elements(global.body)[2]?.body.readUInt8(0) ?? 0;
  if ((flags & 2) === 0)
    return Buffer.concat([Buffer.from([data.tag, 0x82, data.body.length >> 8, data.body.length & 0xff]), data.body]);
  if (secrets === undefined) throw new Error('encrypted, and no key');
  const [engine, boots, time, , , salt] = elements(elements(parameters.body)[0]?.body ?? Buffer.alloc(0)).map(
    ({ body }) => body,
  );
  if (!engine || !boots || !time || !salt) throw new Error('no parameters');
  const iv = Buffer.concat([number32(boots), number32(time), salt]);
  const cipher = createDecipheriv('aes-128-cfb', keyFor(secrets.privPassword, engine).subarray(0, 16), iv);
  return Buffer.concat([cipher.update(data.body), cipher.final()]);
}

function number32(body: Buffer): Buffer {
  const whole = Buffer.alloc(4);
  whole.writeUInt32BE(body.length === 0 ? 0 : body.readUIntBE(0, Math.min(6, body.length)) >>> 0);
  return whole;
}
