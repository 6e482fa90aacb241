/** What a mail server would say to a mail, asked without sending one. */
import { domainToASCII } from 'node:url';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { clean } from './clean.ts';

export interface Route {
  readonly from: string;
  readonly to: string;
}

export interface Probe {
  /** The largest mail it takes, where it says so (RFC 1870). */
  readonly maxBytes?: number;
  /** Who is not taken, and in which words: `4xx …` for now, `5xx …` for good. */
  readonly refused?: { readonly who: 'sender' | 'recipient'; readonly reply: string };
}

/** nodemailer hands out its line to the server to a way of logging in alone: this one comes after the login. */
const line = 'UPSTEWARD-PROBE';

/** A domain as mail servers know it; what stands before the `@` is the server's to judge. */
const asciiOf = (address: string): string =>
  address.replace(/@(.*)$/, (_, domain: string) => `@${domainToASCII(domain) || domain}`);

/**
 * MAIL FROM, RCPT TO and RSET (RFC 5321): no mail is begun. Servers that look at the sender only once they know the
 * recipient answer to the second. The connection is of no use for a mail afterwards.
 * @throws what the connection fails with
 */
export async function probe(connection: SMTPConnection, { from, to }: Route): Promise<Probe> {
  let found: Probe = {};
  connection.customAuth.set(line, async ({ maxAllowedSize, sendCommand }) => {
    if (maxAllowedSize) found = { maxBytes: maxAllowedSize };
    const asked = [
      ['sender', `MAIL FROM:<${asciiOf(from)}>`],
      ['recipient', `RCPT TO:<${asciiOf(to)}>`],
    ] as const;
    for (const [who, command] of asked) {
      const { status, response } = await sendCommand(command);
      if (status >= 400) {
        found = { ...found, refused: { who, reply: clean(response, 300) } };
        break;
      }
    }
    await sendCommand('RSET');
  });
  await new Promise<void>((resolve, reject) => {
    connection.login({ method: line }, (error) => (error ? reject(error) : resolve()));
  });
  return found;
}
