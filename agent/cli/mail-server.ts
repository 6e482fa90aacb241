/** The mail server of a config, for commands that try it. */
import { readFile } from 'node:fs/promises';
import type { MailConfig } from '../../config/config.ts';
import type { Smtp } from '../delivery/mail/smtp.ts';
import { smtpOptionsOf } from '../site.ts';

/** A mail server that does not answer a connection for so long is taken for unreachable. */
export const connectMs = 10_000;

/** Works with the mail server, and closes it. @throws DeliveryError; what reading `mail.caFile` throws */
export async function withSmtp<T>(mail: MailConfig, work: (smtp: Smtp) => Promise<T>): Promise<T> {
  const { createSmtp } = await import('../delivery/mail/smtp.ts');
  const ca = mail.caFile === undefined ? undefined : await readFile(mail.caFile, 'utf8');
  const smtp = createSmtp({ ...smtpOptionsOf(mail, ca), timeouts: { setup: connectMs, total: 3 * connectMs } });
  try {
    return await work(smtp);
  } finally {
    await smtp.close();
  }
}
