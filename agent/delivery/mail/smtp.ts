import type { Receipt } from '../channel.ts';
import type { ComposedMail } from './content.ts';
import type { MailEnvelope } from './message.ts';

export interface SmtpOptions {
  /** `smtp://host[:587]` or `smtps://host[:465]`, without credentials. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** `required`: STARTTLS or nothing; `opportunistic`: where offered; `off`: never. `smtps://` is always TLS. */
  readonly tls: 'required' | 'opportunistic' | 'off';
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string;
  /** False accepts any certificate. */
  readonly verifyCertificate?: boolean;
  /** Milliseconds. `setup`: DNS to TLS; `idle`: silence after that; `total`: the whole attempt. */
  readonly timeouts?: { readonly setup?: number; readonly idle?: number; readonly total?: number };
  readonly maxConnections?: number;
}

export interface SmtpCheck {
  /** The connection is encrypted. */
  readonly secure: boolean;
  readonly authenticated: boolean;
}

export interface Smtp {
  /** Sends one mail to one recipient; settles within the total timeout, a failure is always a DeliveryError. */
  send(mail: ComposedMail, envelope: MailEnvelope): Promise<Receipt>;
  /** Connects, encrypts and logs in without sending anything. */
  verify(): Promise<SmtpCheck>;
  /** Ends what is under way; may be called twice. */
  close(): Promise<void>;
}

/** The mail server as a way out (RFC 5321). Does nothing until something is sent. */
export function createSmtp(options: SmtpOptions): Smtp {
  throw new Error(`not built yet: ${options.tls}`);
}
