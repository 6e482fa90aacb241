/** A raw mail as the reader of the mailbox would hand it on. */
import { type ParsedMail, simpleParser } from 'mailparser';
import { parseHeaders } from '../../../agent/delivery/answers/headers.ts';
import type { MailBody, MailHead } from '../../../agent/delivery/answers/judge.ts';

export async function read(raw: string): Promise<{ head: MailHead; body: MailBody }> {
  const crlf = raw.replace(/\r?\n/g, '\r\n');
  const block = crlf.slice(0, crlf.indexOf('\r\n\r\n'));
  const headers = parseHeaders(block);
  const isReport = /^multipart\/report/i.test(headers.get('content-type') ?? '');
  const parsed: ParsedMail = await simpleParser(crlf, { skipHtmlToText: true, skipTextToHtml: true });
  const from = parsed.from?.value[0]?.address;
  const status = part(crlf, 'message/delivery-status');
  const original = part(crlf, 'message/rfc822') ?? part(crlf, 'text/rfc822-headers');
  return {
    head: { subject: parsed.subject ?? '', headers, ...(from ? { from } : {}) },
    body: {
      ...(parsed.text === undefined ? {} : { text: parsed.text }),
      ...(typeof parsed.html === 'string' ? { html: parsed.html } : {}),
      report: {
        ...(isReport && status !== undefined ? { status } : {}),
        ...(isReport && original !== undefined ? { original } : {}),
        ...(parsed.text === undefined ? {} : { text: parsed.text }),
      },
    },
  };
}

/** The parts of the reports of these tests are plain, with the boundary `b1`. */
function part(raw: string, type: string): string | undefined {
  const found = raw.split('\r\n--b1').find((each) => each.includes(`Content-Type: ${type}`));
  return found?.slice(found.indexOf('\r\n\r\n') + 4);
}
