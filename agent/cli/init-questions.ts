/** What `init` cannot know, in the order in which it asks: each with its place in the config and its option. */
import type { Draft } from '../../config/config.ts';

export interface Question {
  /** Of commander: `contactName` for `--contact-name`. */
  readonly option: string;
  readonly flags: string;
  /** What the option and the question say. */
  readonly words: string;
  readonly path: readonly string[];
  /** A site cannot do without it, and nothing can be supposed. */
  readonly required?: true;
  /** Whether a person is asked; else only the option says it. */
  readonly asked?: (here: Here) => boolean;
  /** What Enter gives. */
  readonly usual?: (draft: Draft, here: Here) => string | undefined;
}

/** What is known of this machine. */
export interface Here {
  readonly timeZone: string;
  /** Whether the usual state folder is there, for whoever runs this. */
  readonly systemState: boolean;
}

const domainOf = (mail: unknown): string => String(mail).split('@').at(-1) ?? '';

export const questions: readonly Question[] = [
  {
    option: 'company',
    flags: '--company <name>',
    words: 'your company: all that an invitation reveals',
    path: ['site', 'company'],
    required: true,
  },
  {
    option: 'contactName',
    flags: '--contact-name <name>',
    words: 'who looks after the UPS units; the reseller sees it in notices',
    path: ['site', 'contact', 'name'],
    required: true,
  },
  {
    option: 'contactMail',
    flags: '--contact-mail <address>',
    words: 'mail address of that person',
    path: ['site', 'contact', 'mail'],
    required: true,
  },
  {
    option: 'contactPhone',
    flags: '--contact-phone <number>',
    words: 'phone number of that person, if the reseller shall see one',
    path: ['site', 'contact', 'phone'],
    usual: () => '',
  },
  {
    option: 'timeZone',
    flags: '--time-zone <name>',
    words: 'time zone of the site',
    path: ['site', 'timeZone'],
    usual: (_draft, { timeZone }) => timeZone,
  },
  {
    option: 'language',
    flags: '--language <code>',
    words: 'language of the mails: en, fr, de, it, pt, ru or es',
    path: ['site', 'language'],
    usual: () => 'en',
  },
  {
    option: 'mailUrl',
    flags: '--mail-url <url>',
    words: 'mail server: smtp://HOST[:PORT], or smtps://HOST[:PORT]',
    path: ['mail', 'url'],
    required: true,
    usual: () => 'smtp://localhost',
  },
  {
    option: 'mailTls',
    flags: '--mail-tls <mode>',
    words: 'STARTTLS: required, opportunistic or off',
    path: ['mail', 'tls'],
    asked: () => false,
  },
  {
    option: 'mailCaFile',
    flags: '--mail-ca-file <file>',
    words: 'PEM file with the authority of the mail server, if it is not a public one',
    path: ['mail', 'caFile'],
    asked: () => false,
  },
  {
    option: 'mailUser',
    flags: '--mail-user <name>',
    words: 'user name for the mail server, if it asks for one',
    path: ['mail', 'user'],
    usual: () => '',
  },
  {
    option: 'mailFrom',
    flags: '--mail-from <sender>',
    words: 'sender of the mails: an address that the mail server lets you use, or Name <address>',
    path: ['mail', 'from'],
    usual: (draft) => {
      const user = String(draft.value(['mail', 'user']) ?? '');
      const own = user.includes('@') ? user : `ups@${domainOf(draft.value(['site', 'contact', 'mail']))}`;
      return `UPS Steward <${own}>`;
    },
  },
  {
    option: 'reseller',
    flags: '--reseller <address>',
    words: 'mail address of the reseller who is to be invited; empty for not now',
    path: ['reseller', 'email'],
    usual: () => '',
  },
  {
    option: 'stateDir',
    flags: '--state-dir <folder>',
    words: 'folder for what the agent must not forget',
    path: ['stateDir'],
    asked: ({ systemState }) => !systemState,
    usual: (_draft, { systemState }) => (systemState ? '' : 'upsteward-state'),
  },
];

/** Answers that need no word in the file: they are what holds without one. */
export function isSilent({ option }: Question, value: string): boolean {
  return value === '' || (option === 'language' && value === 'en');
}
