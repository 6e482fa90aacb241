/** What machines send back: reports of mail servers, absence notes, receipts, lists. Written by hand after their forms. */
import { token } from '../mail/samples.ts';

export const ourId = '<0123456789abcdef0123456789abcdef@mueller.example>';
export const failing = 'sales@reseller.example';

const report = (head: string, parts: readonly (readonly [type: string, body: string])[], kind = 'delivery-status') =>
  [
    `${head}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${kind};`,
    '\tboundary="b1"',
    '',
    'This is a MIME-encapsulated message.',
    ...parts.flatMap(([type, body]) => ['', '--b1', `Content-Type: ${type}`, '', body]),
    '--b1--',
    '',
  ].join('\n');

const ours = `From: ups@mueller.example\nTo: ${failing}\nSubject: Invitation\nMessage-ID: ${ourId}\nDate: Mon, 23 Nov 2026 09:12:00 +0000`;

export interface Returned {
  readonly raw: string;
  readonly permanent: boolean;
  readonly reply: RegExp;
  readonly address?: string;
}

/** Mail that came back, by the server that sent it. */
export const returned: Readonly<Record<string, Returned>> = {
  'Postfix, refused': {
    raw: report(
      'Return-Path: <>\nFrom: MAILER-DAEMON@mail.mueller.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\nTo: ups@mueller.example\nAuto-Submitted: auto-replied\nMessage-Id: <x@mail.mueller.example>',
      [
        [
          'text/plain; charset=us-ascii',
          "I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.",
        ],
        [
          'message/delivery-status',
          `Reporting-MTA: dns; mail.mueller.example\nX-Postfix-Queue-ID: 4A\nArrival-Date: Mon, 23 Nov 2026 09:12:00 +0000 (UTC)\n\nFinal-Recipient: rfc822; ${failing}\nOriginal-Recipient: rfc822;${failing}\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.reseller.example\nDiagnostic-Code: smtp; 550 5.1.1 <${failing}>: Recipient address rejected:\n    User unknown in virtual mailbox table`,
        ],
        ['message/rfc822', `${ours}\n\nHello,`],
      ],
    ),
    permanent: true,
    reply: /^550 5\.1\.1 .*User unknown in virtual mailbox table$/,
  },
  'Postfix, delayed': {
    raw: report(
      'Return-Path: <>\nFrom: MAILER-DAEMON@mail.mueller.example\nSubject: Delayed Mail (still being retried)\nAuto-Submitted: auto-replied',
      [
        ['text/plain', 'THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE.'],
        [
          'message/delivery-status',
          `Reporting-MTA: dns; mail.mueller.example\n\nFinal-Recipient: rfc822; ${failing}\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mx.reseller.example: Connection timed out\nWill-Retry-Until: Sat, 28 Nov 2026 09:12:00 +0000 (UTC)`,
        ],
        ['text/rfc822-headers', ours],
      ],
    ),
    permanent: false,
    reply: /Connection timed out/,
  },
  'Postfix, given up after days': {
    raw: report(
      'Return-Path: <>\nFrom: MAILER-DAEMON@mail.mueller.example\nSubject: Undelivered Mail Returned to Sender',
      [
        ['text/plain', 'It could not be delivered.'],
        [
          'message/delivery-status',
          `Reporting-MTA: dns; mail.mueller.example\n\nFinal-Recipient: rfc822; ${failing}\nAction: failed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mx.reseller.example: No route to host`,
        ],
        ['text/rfc822-headers', ours],
      ],
    ),
    permanent: true,
    reply: /No route to host/,
  },
  'Exim, as a report': {
    raw: report(
      `Return-path: <>\nAuto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@mx.mueller.example>\nX-Failed-Recipients: ${failing}\nReferences: ${ourId}\nSubject: Mail delivery failed: returning message to sender`,
      [
        [
          'text/plain; charset=us-ascii',
          `This message was created automatically by mail delivery software.\n\n  ${failing}\n    host mx.reseller.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<${failing}>:\n    550 No such user here`,
        ],
        [
          'message/delivery-status',
          `Reporting-MTA: dns; mx.mueller.example\n\nAction: failed\nFinal-Recipient: rfc822;${failing}\nStatus: 5.0.0\nRemote-MTA: dns; mx.reseller.example\nDiagnostic-Code: smtp; 550 No such user here`,
        ],
        ['message/rfc822', `Return-path: <ups@mueller.example>\n${ours}\n\nHello,`],
      ],
    ),
    permanent: true,
    reply: /^550 No such user here$/,
  },
  'Exim, in words alone': {
    raw: `Return-path: <>\nFrom: Mail Delivery System <Mailer-Daemon@mx.mueller.example>\nX-Failed-Recipients: ${failing}\nAuto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender\nContent-Type: text/plain\n\nThis message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  ${failing}\n    550 5.1.1 unknown user\n\n------ This is a copy of the message, including all the headers. ------\n\n${ours}\n\nHello,\n`,
    permanent: true,
    reply: /550 5\.1\.1 unknown user/,
  },
  'Exim, a warning in words': {
    raw: `Return-path: <>\nFrom: Mail Delivery System <Mailer-Daemon@mx.mueller.example>\nX-Failed-Recipients: ${failing}\nSubject: Warning: message 1abc delayed 24 hours\nContent-Type: text/plain\n\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue.\n\nMessage-ID: ${ourId}\n`,
    permanent: false,
    reply: /^$/,
  },
  'Exchange Online': {
    raw: report(
      `From: <postmaster@mueller.example>\nTo: <ups@mueller.example>\nSubject: Undeliverable: Invitation\nMessage-ID: <y@prod.outlook.example>\nIn-Reply-To: ${ourId}\nReferences: ${ourId}\nAuto-Submitted: auto-replied\nX-MS-Exchange-Message-Is-Ndr:`,
      [
        [
          'text/html; charset="us-ascii"',
          "<html><body><p>Your message to sales couldn't be delivered.</p></body></html>",
        ],
        [
          'message/delivery-status',
          `Reporting-MTA: dns;AM0.prod.outlook.example\nReceived-From-MTA: dns;mail.mueller.example\nArrival-Date: Mon, 23 Nov 2026 09:12:01 +0000\n\nFinal-Recipient: rfc822;${failing}\nAction: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup`,
        ],
        ['message/rfc822', `${ours}\n\nHello,`],
      ],
    ),
    permanent: true,
    reply: /^550 5\.1\.10 RESOLVER/,
  },
  'Exchange, mailbox full': {
    raw: report(
      `From: Microsoft Outlook <MicrosoftExchange329e@reseller.example>\nReturn-Path: <>\nSubject: Unzustellbar: Einladung\nIn-Reply-To: ${ourId}`,
      [
        ['text/plain; charset="utf-8"', 'Das Postfach des Empfängers ist voll.'],
        [
          'message/delivery-status',
          `Reporting-MTA: dns;ex1.reseller.example\n\nOriginal-Recipient: rfc822;${failing}\nFinal-Recipient: rfc822;Sales.Team@reseller.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message`,
        ],
      ],
    ),
    permanent: true,
    reply: /^554 5\.2\.2 mailbox full/,
    address: 'Sales.Team@reseller.example',
  },
  Gmail: {
    raw: report(
      `Return-Path: <>\nFrom: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\nTo: ups@mueller.example\nAuto-Submitted: auto-replied\nSubject: Delivery Status Notification (Failure)\nReferences: ${ourId}\nIn-Reply-To: ${ourId}`,
      [
        ['text/plain; charset="UTF-8"', '** Address not found **'],
        [
          'message/delivery-status',
          `Reporting-MTA: dns; googlemail.example\n\nFinal-Recipient: rfc822; ${failing}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.\n 550 5.1.1 - gsmtp\nLast-Attempt-Date: Mon, 23 Nov 2026 01:12:02 -0800 (PST)`,
        ],
        ['message/rfc822', `${ours}\n\nHello,`],
      ],
    ),
    permanent: true,
    reply: /^550-5\.1\.1 The email account/,
  },
  qmail: {
    raw: `Return-Path: <>\nFrom: MAILER-DAEMON@qmail.reseller.example\nTo: ups@mueller.example\nSubject: failure notice\n\nHi. This is the qmail-send program at qmail.reseller.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<${failing}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <ups@mueller.example>\n${ours}\n\nHello,\n`,
    permanent: true,
    reply: /no mailbox here by that name\. \(#5\.1\.1\)/,
  },
  'a server that names no action': {
    raw: report('Return-Path: <>\nFrom: postmaster@reseller.example\nSubject: failed', [
      ['message/delivery-status', `Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; <${failing}>\nStatus: 5.7.1`],
      ['text/rfc822-headers', ours],
    ]),
    permanent: true,
    reply: /^5\.7\.1$/,
  },
};

const note = (head: string, body = 'I am away. ACCEPT your mail later.'): string =>
  `From: Ann <ann@reseller.example>\nTo: answers@mueller.example\nIn-Reply-To: ${ourId}\n${head}\nContent-Type: text/plain\n\n${body}\n`;

/** What machines write that is neither an answer nor a mail that came back, and how they are known. */
export const machines: Readonly<Record<string, readonly [raw: string, sign: string]>> = {
  'Exchange, absence': [
    note('Subject: Automatic reply: Invitation\nAuto-Submitted: auto-generated\nX-Auto-Response-Suppress: All'),
    'auto-submitted',
  ],
  'Exchange, absence, older': [
    note('Subject: Abwesend: Einladung\nX-Auto-Response-Suppress: DR, OOF, AutoReply'),
    'x-auto-response-suppress',
  ],
  'Gmail vacation': [
    note('Subject: Re: Invitation\nAuto-Submitted: auto-replied\nPrecedence: bulk', 'ACCEPT'),
    'auto-submitted',
  ],
  'a sieve vacation with the subject of an answer': [
    note(`Subject: Auto: ACCEPT ${token}\nAuto-Submitted: auto-replied (vacation)`, 'ACCEPT'),
    'auto-submitted',
  ],
  'an old vacation program': [note('Subject: Re: Invitation\nPrecedence: junk', 'ACCEPT'), 'precedence'],
  'a ticket system': [note(`Subject: [Ticket#4711] ACCEPT ${token}\nX-Autoreply: yes`, 'ACCEPT'), 'x-autoreply'],
  'a ticket system that says nothing of itself': [
    note(`Return-Path: <>\nSubject: Re: ACCEPT ${token}`, 'ACCEPT'),
    'return-path',
  ],
  'a mailing list': [note('Subject: [sales] Re: Invitation\nList-Id: <sales.reseller.example>', 'ACCEPT'), 'list-id'],
  'a loop of Exchange rules': [
    note('Subject: Re: Invitation\nX-MS-Exchange-Inbox-Rules-Loop: ann@reseller.example', 'ACCEPT'),
    'x-ms-exchange-inbox-rules-loop',
  ],
  'a read receipt': [
    report(
      `From: ann@reseller.example\nSubject: Read: Invitation\nIn-Reply-To: ${ourId}`,
      [
        ['text/plain', 'ACCEPT'],
        [
          'message/disposition-notification',
          `Final-Recipient: rfc822;${failing}\nOriginal-Message-ID: ${ourId}\nDisposition: manual-action/MDN-sent-manually; displayed`,
        ],
      ],
      'disposition-notification',
    ),
    'report',
  ],
  'a receipt of delivery': [
    report('Return-Path: <>\nFrom: MAILER-DAEMON@reseller.example\nSubject: Successful Mail Delivery Report', [
      [
        'message/delivery-status',
        `Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ${failing}\nAction: delivered\nStatus: 2.0.0`,
      ],
      ['text/rfc822-headers', ours],
    ]),
    'report',
  ],
};

/** Absence notes that nothing but their subject gives away, one in each language and some more. */
export const absenceSubjects: readonly string[] = [
  'Out of Office: Invitation',
  'Automatic reply: Invitation',
  'Re: Out of the office until Monday',
  'Abwesenheitsnotiz: Einladung',
  'AW: Nicht im Büro',
  'Automatische Antwort: Einladung',
  'Réponse automatique : Invitation',
  'Absent du bureau : Invitation',
  'Risposta automatica: Invito',
  'R: Fuori ufficio',
  'Resposta automática: Convite',
  'Ausência: Convite',
  'Автоматический ответ: Приглашение',
  'Автоответ: Приглашение',
  'Respuesta automática: Invitación',
  'Fuera de la oficina: Invitación',
];
