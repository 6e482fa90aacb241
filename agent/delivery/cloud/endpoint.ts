import { Readable } from 'node:stream';
import { request } from 'undici';
import { DeliveryError, type Receipt } from '../channel.ts';
import { createDispatcher, firstWords, orAborted } from '../http.ts';
import { parseRetryAfter } from '../http-errors.ts';
import { clean } from '../mail/clean.ts';
import { both, type Heard, heardNothing, hearReply, maxReplyBytes } from './answers.ts';
import { refusal, silence } from './endpoint-errors.ts';
import { type CloudEvent, eventId, splitBatches } from './events.ts';
import { signWebhook, webhookKey } from './sign.ts';

export interface EndpointOptions {
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
  /** Where the proxy settings come from (HTTPS_PROXY, HTTP_PROXY, NO_PROXY); usually `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string;
  /** Milliseconds. `reply`: silence while waiting for or reading the answer; `total`: one request as a whole. */
  readonly timeouts?: { readonly connect?: number; readonly reply?: number; readonly total?: number };
}

/** The endpoint has taken the events; what its replies held beside that. */
export interface EndpointReceipt extends Receipt {
  readonly heard?: Heard;
}

export interface Endpoint {
  /**
   * Posts a batch; larger ones are split into several requests whose ids follow from `requestId`. A failure is always a
   * DeliveryError; the whole batch may be posted again, as ids make it idempotent.
   */
  post(events: readonly CloudEvent[], requestId: string): Promise<EndpointReceipt>;
  /** Ends what is under way; may be called twice. */
  close(): Promise<void>;
}

/**
 * The customer's HTTP endpoint as a way out: CloudEvents 1.0 in JSON batches (`application/cloudevents-batch+json`), signed
 * per Standard Webhooks. Does nothing until something is posted; follows no redirect.
 */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const url = parseUrl(options.url);
  webhookKey(options.secret);
  const dispatcher = createDispatcher(options);
  const where = `${url.origin}${url.pathname}`;
  const stopping = new AbortController();

  const once = async (body: string, id: string): Promise<EndpointReceipt> => {
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(Object.assign(new Error('no answer within the deadline'), { code: 'ETIMEDOUT' })),
      options.timeouts?.total ?? 30_000,
    );
    const progress = { sent: false };
    const signal = AbortSignal.any([deadline.signal, stopping.signal]);
    try {
      const response = await orAborted(signal, () =>
        request(url, {
          method: 'POST',
          dispatcher,
          signal,
          headers: {
            'content-type': 'application/cloudevents-batch+json; charset=utf-8',
            'content-length': String(Buffer.byteLength(body)),
            'user-agent': 'upsteward',
            ...signWebhook(options.secret, id, options.now(), body),
          },
          body: Readable.from(announced(body, progress)),
        }),
      );
      const header = (name: string): string | undefined => {
        const value = response.headers[name];
        return typeof value === 'string' ? value : undefined;
      };
      const isJson = /^application\/(.+\+)?json\b/i.test(header('content-type') ?? '');
      const words = await firstWords(response.body, isJson ? maxReplyBytes : undefined);
      const reply = clean(`${response.statusCode} ${words}`, 300);
      if (response.statusCode >= 200 && response.statusCode < 300) {
        const signature = { secret: options.secret, id, header, required: url.protocol === 'http:' };
        return { reply, ...(isJson ? { heard: hearReply(words, signature) } : {}) };
      }
      const wait = parseRetryAfter(header('retry-after'), options.now());
      throw refusal(response.statusCode, reply, where, wait);
    } catch (error) {
      throw silence(error, where, progress.sent);
    } finally {
      clearTimeout(timer);
    }
  };

  /* An endpoint that says 413 gets the events in halves; the ids of the parts follow from the id of the whole. */
  const send = async (events: readonly CloudEvent[], id: string): Promise<EndpointReceipt> => {
    try {
      return await once(JSON.stringify(events), `msg_${eventId(id)}`);
    } catch (error) {
      const tooLarge = error instanceof DeliveryError && error.reply?.startsWith('413') === true;
      if (!tooLarge || events.length < 2) throw error;
      const middle = Math.ceil(events.length / 2);
      const first = await send(events.slice(0, middle), `${id}/1`);
      return together(first, await send(events.slice(middle), `${id}/2`));
    }
  };

  return {
    post: async (events, requestId) => {
      const batches = splitBatches(events);
      let receipt: EndpointReceipt | undefined;
      for (const [i, batch] of batches.entries()) {
        const next = await send(batch, batches.length === 1 ? requestId : `${requestId}#${i}`);
        receipt = receipt === undefined ? next : together(receipt, next);
      }
      return receipt ?? { reply: 'nothing to send' };
    },
    close: async () => {
      stopping.abort(new Error('upsteward is stopping'));
      /* Waits for connections that are still being made; nobody else need wait for them. */
      dispatcher.destroy().catch(() => undefined);
    },
  };
}

const together = (first: EndpointReceipt, { reply, heard = heardNothing }: EndpointReceipt): EndpointReceipt => ({
  reply,
  heard: both(first.heard ?? heardNothing, heard),
});

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new DeliveryError(
      'misconfigured',
      'cloud.endpoint must be an address like https://example.com/upsteward, without user and password.',
      { retry: true },
    );
  return url;
}

/** The body, which says when it is asked for: from then on the endpoint may have it. */
async function* announced(body: string, progress: { sent: boolean }): AsyncGenerator<Buffer> {
  progress.sent = true;
  yield Buffer.from(body, 'utf8');
}
