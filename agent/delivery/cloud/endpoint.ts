import type { Receipt } from '../channel.ts';
import type { CloudEvent } from './events.ts';

export interface EndpointOptions {
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
  /** Where the proxy settings come from (HTTPS_PROXY, HTTP_PROXY, NO_PROXY); usually `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string;
  /** Milliseconds. */
  readonly timeouts?: { readonly connect?: number; readonly reply?: number; readonly total?: number };
}

export interface Endpoint {
  /**
   * Posts a batch; larger ones are split into several requests whose ids follow from `requestId`. A failure is always a
   * DeliveryError; the whole batch may be posted again, as ids make it idempotent.
   */
  post(events: readonly CloudEvent[], requestId: string): Promise<Receipt>;
  close(): Promise<void>;
}

/** The customer's HTTP endpoint as a way out. Does nothing until something is posted. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  throw new Error(`not built yet: ${options.url}`);
}
