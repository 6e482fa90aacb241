import { createHmac, timingSafeEqual } from 'node:crypto';
import { DeliveryError } from '../channel.ts';

/** The headers of Standard Webhooks 1.0. */
export interface WebhookHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * Signs a request per Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, version `v1`. `at` is the time of this
 * attempt, so a resend has the same id and a new timestamp.
 */
export function signWebhook(secret: string, id: string, at: Date, body: string): WebhookHeaders {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const digest = createHmac('sha256', webhookKey(secret)).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` };
}

/**
 * Whether these headers sign this body under this very id, compared in constant time. The id is that of the request, so
 * that no other reply can stand in for its own; that makes the timestamp need no limit.
 */
export function isSigned(secret: string, id: string, headers: Partial<WebhookHeaders>, body: string): boolean {
  if (headers['webhook-id'] !== id) return false;
  const signed = `${id}.${headers['webhook-timestamp'] ?? ''}.${body}`;
  const expected = createHmac('sha256', webhookKey(secret)).update(signed, 'utf8').digest();
  return (headers['webhook-signature'] ?? '').split(' ').some((word) => {
    const given = word.startsWith('v1,') ? Buffer.from(word.slice(3), 'base64') : Buffer.alloc(0);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** The bytes of a `whsec_…` secret; Standard Webhooks asks for 24 to 64 of them. */
export function webhookKey(secret: string): Buffer {
  const encoded = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : '';
  const key = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) ? Buffer.from(encoded, 'base64') : Buffer.alloc(0);
  if (key.length < 24 || key.length > 64)
    throw new DeliveryError(
      'misconfigured',
      'cloud.secret must be "whsec_" followed by 24 to 64 random bytes in base64, for instance from: echo "whsec_$(openssl rand -base64 32)"',
      { retry: true },
    );
  return key;
}
