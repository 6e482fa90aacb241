import { createHmac } from 'node:crypto';
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
