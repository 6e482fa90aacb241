/** What may stand in the config file. Every key says in its description what an operator needs to know. */
import { z } from 'zod';
import type { DriverOptions } from '../drivers/contract.ts';
import { address, date, duration, line, mailbox, months, secret, text } from './fields.ts';
import { oauth2 } from './oauth2.ts';
import { readPasswordHash } from './password.ts';
import { Secret } from './secret.ts';
import { dateOrders, languages, logLevels, tlsModes } from './types.ts';
import {
  readEndpoint,
  readHeaderName,
  readHostName,
  readListen,
  readMailboxUrl,
  readMailUrl,
  readNetwork,
  readPublicUrl,
  readSigningSecret,
  readTimeOfDay,
  readTimeZone,
} from './values.ts';

/** The drivers a config may name, with their options. */
export type Drivers = ReadonlyMap<string, DriverOptions<unknown>>;

const contact = z.strictObject({
  name: line(100, 'Kim Example').describe('The person a reseller may call about a battery.'),
  mail: address('it@example.com').describe(
    'Gets the mails about the connection with the reseller, and copies of the notices. Shown to the reseller in notices.',
  ),
  phone: line(50, '+49 30 1234567')
    .optional()
    .describe('Phone number of that person, in quotes. Shown to the reseller in notices.'),
  jobRole: line(100, 'IT manager').optional().describe('What that person does. Shown to the reseller in notices.'),
});

const site = z.strictObject({
  company: line(200, 'Example Ltd').describe(
    'Your company. An invitation tells the reseller this name and nothing else.',
  ),
  timeZone: text(readTimeZone, { examples: ['Europe/Berlin'] })
    .optional()
    .describe('IANA time zone in which days are counted. Default: the zone of the system.'),
  sendAt: text(readTimeOfDay, { examples: ['08:00'], pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' })
    .prefault('08:00')
    .describe('Time of the daily run that sends what is due: at most one such mail a day and recipient.'),
  language: z.enum(languages).default('en').describe('Language of the mails to the contact.'),
  copyNotices: z
    .boolean()
    .default(true)
    .describe('Whether the contact gets the same notices as the reseller. Mails about the connection always come.'),
  contact: contact.describe('The person who is responsible for the UPS units.'),
});

const reseller = z.strictObject({
  email: z
    .string({
      error: (issue) =>
        Array.isArray(issue.input)
          ? 'is a list; there is exactly one reseller: write one address, for example sales@example.com'
          : undefined,
    })
    .meta({ examples: ['sales@example.com'] })
    .pipe(address('sales@example.com'))
    .optional()
    .describe('Exactly one address. It is invited when it is new here, and gets notices only after it has accepted.'),
  language: z
    .enum(languages)
    .optional()
    .describe('Language of the mails to the reseller. Default: the language of the site.'),
  notInterested: z
    .boolean()
    .default(false)
    .describe('`true`, without `email`, silences the question for a reseller that is asked for each new UPS.'),
});

const mail = z.strictObject({
  url: text(readMailUrl, { examples: ['smtp://mail.example.com'] }).describe(
    'Mail server: `smtp://HOST[:PORT]`, or `smtps://HOST[:PORT]` for TLS from the first byte. The usual port is 587, 465 for smtps, 25 on this machine.',
  ),
  from: mailbox('UPS Steward <ups@example.com>').describe(
    'Sender: an address the mail server lets you use, or `Name <address>`.',
  ),
  replyTo: mailbox('it@example.com')
    .optional()
    .describe('Where answers to mails go. Default: the contact of the site.'),
  user: line(256, 'ups@example.com').optional().describe('User name for the mail server, if it asks for one.'),
  password: secret().optional().describe('Password for the mail server. A user without one logs in by `oauth2`.'),
  tls: z
    .enum(tlsModes)
    .optional()
    .describe(
      '`required`: no mail leaves without STARTTLS; `opportunistic`: STARTTLS where offered; `off`: never. Default: required, but opportunistic on this machine.',
    ),
  caFile: line(1024, 'ca.pem')
    .optional()
    .describe(
      'PEM file with the certificate authority of the mail server, if it is not a public one. Relative to the folder of this file.',
    ),
  verifyCertificate: z
    .boolean()
    .optional()
    .describe(
      '`false` accepts any certificate of the mail server. Better name its authority in `caFile`. Default: true, but false with `tls: opportunistic` and no `caFile`, which would do without a certificate as well.',
    ),
});

const answers = z.strictObject({
  url: text(readMailboxUrl, { examples: ['imaps://mail.example.com'] }).describe(
    'The mailbox: `imaps://HOST[:PORT][/FOLDER]`, or `imap://…` for STARTTLS. The usual port is 993, 143 for imap; the usual folder INBOX. The user may stand before the host: `imaps://USER@HOST`.',
  ),
  user: line(256, 'answers@example.com').optional().describe('User name for the mailbox, unless it stands in `url`.'),
  password: secret().optional().describe('Password for the mailbox. Without one the agent logs in by `oauth2`.'),
  address: address('answers@example.com')
    .optional()
    .describe('The address under which the mailbox gets mail. Default: the user name, if it is an address.'),
  plusAddressing: z
    .boolean()
    .default(false)
    .describe(
      'Whether mail to `answers+anything@example.com` arrives in the mailbox as well: replies then say by their address what they answer.',
    ),
  moveTo: line(200, 'Answers')
    .optional()
    .describe(
      'The folder to which mail is moved once it is handled; it is made if need be. Default: it stays where it is, marked as read.',
    ),
  tls: z
    .enum(tlsModes)
    .optional()
    .describe(
      '`required`: STARTTLS or nothing; `opportunistic`: STARTTLS where offered, for this machine only; `off`: never. Default: required, but opportunistic on this machine.',
    ),
  caFile: line(1024, 'ca.pem')
    .optional()
    .describe(
      'PEM file with the certificate authority of the mailbox, if it is not a public one. Relative to the folder of this file.',
    ),
  verifyCertificate: z
    .boolean()
    .optional()
    .describe(
      '`false` accepts any certificate of the mailbox. Better name its authority in `caFile`. Default: as in `mail`.',
    ),
});

const cloud = z.strictObject({
  endpoint: text(readEndpoint, { examples: ['https://hooks.example.com/upsteward'], format: 'uri' }).describe(
    'Your endpoint: an https:// URL that gets each change of events, facts and the connection. http:// is for this machine only.',
  ),
  secret: text(readSigningSecret, { examples: ['whsec_…'] })
    .transform((value) => new Secret(value))
    .describe(
      'Required. Signs each request as in the Standard Webhooks specification: `whsec_` and 24 to 64 random bytes in base64, for example what `echo "whsec_$(openssl rand -base64 32)"` prints.',
    ),
  askEvery: duration('1m', '24h', '5m')
    .prefault('5m')
    .describe(
      'How often the endpoint is asked for answers of the reseller, from 1m to 24h, while the reseller could give one.',
    ),
});

const portal = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether the agent serves its web page.'),
  listen: text(readListen, { examples: ['127.0.0.1:8080'] })
    .prefault('127.0.0.1:8080')
    .describe(
      'Address and port of the web page. Other machines reach it only if another address than 127.0.0.1 stands here, which takes a password or a trusted proxy.',
    ),
  passwordHash: text(readPasswordHash, { examples: ['scrypt$…'] })
    .transform((value) => new Secret(value))
    .optional()
    .describe(
      'The hash of the password for the page, as `upsteward set-password` makes it; never the password itself.',
    ),
  trustedProxy: z
    .strictObject({
      addresses: z
        .array(text(readNetwork, { examples: ['10.0.0.2'] }))
        .min(1)
        .describe("Addresses or networks of the reverse proxy. Its X-Forwarded-For is believed, and nobody else's."),
      userHeader: text(readHeaderName, { examples: ['X-Remote-User'] })
        .optional()
        .describe('Header in which the proxy names the user it has logged in: whoever has it needs no password here.'),
    })
    .optional()
    .describe('A reverse proxy in front of the page.'),
  hosts: z
    .array(text(readHostName, { examples: ['ups.example.lan'] }))
    .default([])
    .describe('Host names under which a proxy or your users call the page, beside localhost and IP addresses.'),
  publicUrl: text(readPublicUrl, { examples: ['https://ups.example.com'], format: 'uri' })
    .optional()
    .describe(
      'Public https:// address that a reverse proxy leads to this agent, so that the reseller can answer by a link. Without a password only the pages for answers are served under it.',
    ),
  publicListen: text(readListen, { examples: ['127.0.0.1:8081'] })
    .optional()
    .describe('A second address and port that serves nothing but what is public: the pages for answers.'),
});

const polling = z.strictObject({
  interval: duration('10s', '24h', '5m').prefault('5m').describe('How often each UPS is read, from 10s to 24h.'),
  concurrency: z.int().min(1).max(1000).default(50).describe('How many UPS units are read at the same time.'),
  confirmAfter: duration('1s', '1h', '30s')
    .prefault('30s')
    .describe(
      'How soon a reading that changed something is confirmed by a second one, from 1s to 1h; never later than the next poll.',
    ),
});

const everywhere = '0.0.0.0:162';
const snmp = z.strictObject({
  traps: z
    .union([
      z.boolean(),
      z.strictObject({
        listen: text(readListen, { examples: [everywhere] })
          .prefault(everywhere)
          .describe('Address and UDP port. Ports below 1024 need a capability: see the message when it is missing.'),
        community: z
          .string()
          .min(1)
          .max(255)
          .transform((value) => new Secret(value))
          .optional()
          .describe('What traps of SNMP 1 and 2c must carry. Without it any will do: a trap is no more than a hint.'),
      }),
    ])
    .default(false)
    .describe(
      'Whether traps and informs of your UPS cards are heard: each makes the agent read that UPS at once, and is believed in nothing else. `true` listens on 0.0.0.0:162.',
    ),
});

const slashDates =
  'Which comes first in dates such as 04/05/24 that the UPS sends: `mdy` is month first, `dmy` day first.';
const battery = z.strictObject({
  expectedLife: months('4y')
    .prefault('4y')
    .describe('Estimates the replace-by date where only the install date is known: years (`4y`) or months (`54mo`).'),
  dateOrder: z.enum(dateOrders).default('mdy').describe(slashDates),
});

const warranty = z.strictObject({
  term: months('2y')
    .optional()
    .describe('Estimates the end of the warranty where none is given: years (`2y`) or months (`30mo`).'),
  from: z
    .enum(['manufacture', 'purchase'])
    .default('manufacture')
    .describe('Whether that term counts from the manufacture or the purchase date.'),
});

const upsKeys = {
  name: line(64, 'Server room').describe('What you call this UPS; each name once.'),
  site: line(100, 'Building 2')
    .optional()
    .describe('A label under which mails and lists group this UPS. Shown to the reseller in notices.'),
  allowWrite: z
    .boolean()
    .default(false)
    .describe(
      '`true` lets `upsteward battery-replaced` write the day of the change to this UPS. Nothing else is ever written, and without it nothing at all.',
    ),
  battery: z
    .strictObject({
      installed: date('2023-05-31').optional().describe('When the battery was installed, if the UPS does not know it.'),
      replaceBy: date('2027-05-31')
        .optional()
        .describe('When the battery must be replaced. Goes before what the UPS says.'),
      cartridge: line(50, 'RBC55').optional().describe('Part number of the replacement cartridge.'),
      cartridges: z.int().min(1).max(100).optional().describe('How many such cartridges the UPS holds.'),
      expectedLife: months('5y').optional().describe('As in `battery` above, for this UPS. Default: that.'),
      dateOrder: z.enum(dateOrders).optional().describe('As in `battery` above, for this UPS. Default: that.'),
    })
    .prefault({})
    .describe('What is known about the battery of this UPS.'),
  warranty: z
    .strictObject({
      end: date('2027-12-31').optional().describe('When the warranty ends.'),
      purchased: date('2024-12-31').optional().describe('When the UPS was bought.'),
      term: months('3y').optional().describe('As in `warranty` above, for this UPS. Default: that.'),
    })
    .prefault({})
    .describe('What is known about the warranty of this UPS.'),
  plan: z
    .strictObject({
      kind: z.enum(['advanced', 'standard']).describe('Which service plan it is.'),
      end: date('2026-12-31').describe('When the service plan ends.'),
    })
    .optional()
    .describe('The service plan of this UPS, if it has one.'),
  note: line(1000, 'Key at the reception')
    .optional()
    .describe('A note for yourself. Never leaves this machine by mail or cloud.'),
};

/** The whole file without the drivers: for its type, the drivers are added by `configSchema`. */
function wholeFile<T extends z.ZodType>(unit: T) {
  return z.strictObject({
    site: site.describe('Who you are.'),
    reseller: reseller.optional().describe('The one reseller who is told what is due, if there is one.'),
    mail: mail.optional().describe('How mail leaves. Without it, and without `cloud`, nobody is told.'),
    answers: answers
      .optional()
      .describe(
        'A mailbox that the agent reads, so that the reseller can answer by mail. Other mail in it is left alone.',
      ),
    oauth2: oauth2
      .optional()
      .describe(
        'Where the agent gets access tokens, for mail providers that take no passwords. In force for each user in `mail` and `answers` that has no password.',
      ),
    cloud: cloud.optional().describe('Your own endpoint for events, instead of mail or beside it.'),
    portal: portal
      .prefault({})
      .describe('The web page on which you see your UPS units and lead the relation with your reseller.'),
    polling: polling.prefault({}).describe('When UPS units are read.'),
    snmp: snmp.prefault({}).describe('What holds for all UPS units with a network card.'),
    battery: battery.prefault({}).describe('What holds for the batteries of all UPS units.'),
    warranty: warranty.prefault({}).describe('What holds for the warranties of all UPS units.'),
    stateDir: line(1024, '/var/lib/upsteward')
      .optional()
      .describe('Folder for what the agent must not forget. Default: $STATE_DIRECTORY, else /var/lib/upsteward.'),
    retention: months('5y')
      .prefault('5y')
      .describe(
        'How long mails, notices and the history of what is over are kept: years (`5y`) or months (`18mo`). What is open is never removed.',
      ),
    log: z
      .strictObject({
        level: z.enum(logLevels).default('info').describe('The least serious messages that are logged.'),
      })
      .prefault({})
      .describe('What the agent logs.'),
    ups: z
      .array(unit)
      .default([])
      .describe('Your UPS units: each with a name, and with exactly one driver that says how to read it.'),
  });
}

const unitWithoutDriver = z.strictObject(upsKeys);
const fileWithoutDrivers = wholeFile(unitWithoutDriver);

/** A valid file, without what the drivers' sections hold. */
export type ValidFile = z.output<typeof fileWithoutDrivers>;
export type ValidUnit = z.output<typeof unitWithoutDriver>;

/** The sections of the file in the order of the sample. */
export const sectionNames: readonly string[] = Object.keys(fileWithoutDrivers.shape);

/** The schema of the whole file, composed with the options of each driver. */
export function configSchema(drivers: Drivers): z.ZodType<ValidFile> {
  const sections: Record<string, z.ZodType> = {};
  for (const [name, { schema }] of drivers)
    sections[name] = schema.optional().describe(`Read this UPS with the driver \`${name}\`.`);
  return wholeFile(z.strictObject({ ...upsKeys, ...sections }));
}

/** The secrets outside the drivers. */
export const secretPaths: readonly (readonly string[])[] = [
  ['mail', 'password'],
  ['answers', 'password'],
  ['oauth2', 'clientSecret'],
  ['oauth2', 'refreshToken'],
  ['cloud', 'secret'],
  ['portal', 'passwordHash'],
  ['snmp', 'traps', 'community'],
];
