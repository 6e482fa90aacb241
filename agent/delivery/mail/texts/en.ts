import { eventTitle } from '../../../lifecycle/model.ts';
import { longDate, plurals, type Texts } from './catalogue.ts';

const n = plurals('en');
const left = (days: number) =>
  days === 90 ? '3 months left' : n(days, { one: `${days} day left`, other: `${days} days left` });
const ago = (days: number) => n(days, { one: `${days} day ago`, other: `${days} days ago` });

export const en: Texts = {
  language: 'en',
  date: longDate('en-GB'),
  titles: {
    'replace-battery': () => eventTitle('replace-battery'),
    'battery-needs-replacement': () => eventTitle('battery-needs-replacement'),
    'battery-end-of-life-exceeded': () => eventTitle('battery-end-of-life-exceeded'),
    'battery-replacement-due': () => eventTitle('battery-replacement-due'),
    'warranty-expires': (date) => eventTitle('warranty-expires', date),
    'advanced-plan-expired': (date) => eventTitle('advanced-plan-expired', date),
    'advanced-plan-expires': (date) => eventTitle('advanced-plan-expires', date),
    'standard-plan-expired': (date) => eventTitle('standard-plan-expired', date),
    'standard-plan-expires': (date) => eventTitle('standard-plan-expires', date),
  },
  greeting: 'Hello,',
  signature: ({ company }) =>
    `This mail was written by upsteward, the program that watches the UPS units of ${company}.`,
  responsibility:
    'You remain responsible for your UPS units, whoever else is told about them. Batteries and warranty extensions can be bought from any supplier, not only from your reseller.',

  subject: {
    one: ({ title, unit, timing, company }) => {
      switch (timing.kind) {
        case 'left':
          return `${title}: ${unit}, ${left(timing.days)} – ${company}`;
        case 'today':
          return `${title}: ${unit}, today – ${company}`;
        case 'past':
          return `${title}: ${unit}, ${ago(timing.days)} – ${company}`;
        case 'undated':
          return `${title}: ${unit} – ${company}`;
      }
    },
    oneAndMore: ({ title, more, unit, company }) =>
      n(more, {
        one: `${title} and ${more} more event: ${unit} – ${company}`,
        other: `${title} and ${more} more events: ${unit} – ${company}`,
      }),
    many: ({ units, company }) =>
      n(units, { one: `${units} UPS needs attention – ${company}`, other: `${units} UPS need attention – ${company}` }),
    resolvedOne: ({ title, unit, company }) => `Resolved: ${title}: ${unit} – ${company}`,
    resolvedMany: ({ units, company }) => `Resolved for ${units} UPS – ${company}`,
    reminder: ({ subject }) => `Reminder: ${subject}`,
    unitAt: ({ unit, site }) => `${unit} (${site})`,
  },

  intro: {
    reseller: ({ company, units }) =>
      n(units, {
        one: `upsteward writes to you on behalf of ${company}. You agreed to be told when a battery, a warranty or a service plan there needs attention; today it is about ${units} UPS unit.`,
        other: `upsteward writes to you on behalf of ${company}. You agreed to be told when a battery, a warranty or a service plan there needs attention; today it is about ${units} UPS units.`,
      }),
    resellerReminder: ({ company }) =>
      `upsteward writes to you on behalf of ${company}. They ask you to look at the following.`,
    resellerResolved: ({ company }) =>
      `upsteward writes to you on behalf of ${company}. What you were told about earlier is settled; there is nothing for you to do.`,
    customer: ({ company, units }) =>
      n(units, {
        one: `${units} UPS of ${company} needs attention.`,
        other: `${units} UPS of ${company} need attention.`,
      }),
    customerReminder: ({ company }) => `This is the reminder that was asked for at ${company}.`,
    customerResolved: ({ company }) =>
      `What you were told about the UPS units of ${company} is settled; there is nothing more to do.`,
  },

  otherUnits: 'Other UPS units',
  unnamedUnit: 'UPS',

  event: {
    left: ({ days, date }) => `${date}: ${left(days)}.`,
    today: ({ date }) => `${date}: that is today.`,
    past: ({ days, date }) => `${date}: that was ${ago(days)}.`,
    undated: 'The UPS itself reports this.',
    estimate: 'The date is an estimate.',
    next: ({ dates, count }) =>
      count === 1
        ? `Unless it is settled before then, one more reminder goes out on ${dates}.`
        : `Unless it is settled before then, reminders go out on ${dates}.`,
    noNext: 'No further reminder will be sent about it.',
    resolvedTitle: ({ title }) => `Resolved: ${title}`,
    resolved: {
      swap: 'The battery was replaced.',
      'date-moved': 'The date is further away again.',
      cleared: 'The UPS no longer reports it.',
      superseded: 'Another event has taken its place.',
      removed: 'This UPS is no longer watched.',
      unknown: 'It no longer applies.',
    },
  },

  label: {
    model: 'Model',
    serial: 'Serial number',
    sku: 'SKU',
    cartridge: 'Battery cartridge',
    externalCartridge: 'External battery cartridge',
    quantity: 'Quantity',
    installed: 'Battery installed',
    replaceBy: 'Replace by',
    warrantyEnd: 'Warranty ends',
    plan: 'Service plan',
    part: 'Part number',
    due: 'Due',
    contactName: 'Name',
    jobRole: 'Job role',
    mail: 'Mail',
    phone: 'Phone',
  },
  value: {
    estimated: ({ date }) => `${date} (an estimate)`,
    plan: ({ kind, date }) => (kind === 'advanced' ? `Advanced Plan until ${date}` : `Standard Plan until ${date}`),
    pack: ({ pack }) => `Pack ${pack}`,
    cartridge: ({ pack, cartridge }) => `Pack ${pack}, cartridge ${cartridge}`,
    due: 'yes',
    notDue: 'no',
  },

  closing: {
    contactHeading: 'Whom to call',
    contact: ({ company }) =>
      `Questions and quotations go to this person at ${company}; an answer to this mail does too.`,
    optOutHeading: 'If you no longer want these mails',
    optOut: ({ company, mail }) =>
      `Answer this mail or write to ${mail}, saying that you opt out. The person at ${company} then ends these mails, and nothing more is sent to you.`,
    optOutByLink: 'You confirm it on a web page. Nothing more is sent to you then; one last mail confirms it.',
    optOutByMail: ({ word }) =>
      `Send this mail, which a click prepares in most mail programs, or answer the present one with the word ${word} in its first line. Nothing more is sent to you then; one last mail confirms it.`,
    optOutByReply: ({ word }) => `You can also answer this mail with the word ${word} in its first line.`,
  },

  invitation: {
    subject: ({ company }) => `${company} would like to keep you informed about its UPS batteries`,
    intro: ({ company }) =>
      `${company} protects its equipment with uninterruptible power supplies (UPS) and would like you, as its reseller, to be told in good time when a battery, a warranty or a service plan runs out. A program named upsteward, which runs at ${company}, would send you the mails. You need no account, and it costs nothing.`,
    getsHeading: 'What you would get',
    gets: ({ company }) => [
      'A mail 3 months, 30 days and 7 days before such a date and on the day itself, and when a UPS reports a worn battery; never more than one such mail a day.',
      'In it what a quotation takes: the model and serial number of the UPS, the part number and quantity of its batteries, the dates, and where it stands.',
      `The name, mail address and phone number of the person at ${company} to talk to.`,
    ],
    acceptHeading: 'To accept',
    accept: ({ company, days }) =>
      n(days, {
        one: `Give this code to your contact at ${company}, in whatever way you usually talk to each other. It is typed in there, and that is all. It is valid for ${days} day.`,
        other: `Give this code to your contact at ${company}, in whatever way you usually talk to each other. It is typed in there, and that is all. It is valid for ${days} days.`,
      }),
    declineHeading: 'If you do not want this',
    decline: ({ company, days }) =>
      n(days, {
        one: `You need not do anything. After ${days} day this invitation lapses and nothing more is sent. If you like, tell ${company} that you decline.`,
        other: `You need not do anything. After ${days} days this invitation lapses and nothing more is sent. If you like, tell ${company} that you decline.`,
      }),
    answerHeading: 'Your answer',
    byLink: ({ days }) =>
      n(days, {
        one: `You accept or decline on a web page; nothing happens before you press a button there. The invitation is valid for ${days} day.`,
        other: `You accept or decline on a web page; nothing happens before you press a button there. The invitation is valid for ${days} days.`,
      }),
    byMail: ({ days }) =>
      n(days, {
        one: `Send one of these mails. In most mail programs a click prepares it; send it as it is. The invitation is valid for ${days} day.`,
        other: `Send one of these mails. In most mail programs a click prepares it; send it as it is. The invitation is valid for ${days} days.`,
      }),
    byReply: ({ accept, decline }) =>
      `You can also answer this mail with the word ${accept} or ${decline} in its first line.`,
    byCode: ({ company }) =>
      `Or give this code to your contact at ${company}, in whatever way you usually talk to each other. It is typed in there.`,
    noAnswer: ({ days }) =>
      n(days, {
        one: `If you do not answer, the invitation lapses after ${days} day and nothing more is sent.`,
        other: `If you do not answer, the invitation lapses after ${days} days and nothing more is sent.`,
      }),
    reference: ({ token }) => `Reference of this invitation: ${token}`,
    privacy: ({ company }) =>
      `This invitation tells you the name of ${company} and nothing else. Nothing about its UPS units is sent before you accept, and you can opt out at any time afterwards.`,
  },

  action: {
    answer: 'Accept or decline',
    accept: 'Accept',
    decline: 'Decline',
    optOut: 'Opt out',
    open: ({ label }) => `${label}: open this page:`,
    write: ({ label, address }) => `${label}: send a mail to ${address} with this subject:`,
  },
  word: { accept: 'ACCEPT', decline: 'DECLINE', optOut: 'OPT-OUT' },
  letter: {
    accept: ({ company }) => `Please send this mail as it is. It tells ${company} that you accept the invitation.`,
    decline: ({ company }) => `Please send this mail as it is. It tells ${company} that you decline the invitation.`,
    optOut: ({ company }) =>
      `Please send this mail as it is. It tells ${company} that you want no more of these mails.`,
  },
  farewell: {
    subject: ({ company }) => `You have opted out – ${company}`,
    body: ({ company }) => [
      `You opted out of the mails about the UPS units of ${company}. This is the last one: nothing more is sent to you, and what was still waiting was deleted.`,
      `If this was a mistake, ask your contact at ${company} to invite you again.`,
    ],
  },

  customer: {
    confirmed: {
      subject: ({ company }) => `Your reseller accepted – ${company}`,
      body: ({ address }) => [
        `${address} accepted your invitation. From now on your reseller is told when a battery, a warranty or a service plan needs attention.`,
        'You can end this at any time, on the page "Reseller" or with "upsteward reseller disconnect".',
      ],
    },
    declined: {
      subject: ({ company }) => `Your reseller declined – ${company}`,
      body: ({ address }) => [
        `${address} declined your invitation. Nothing will be sent to that address.`,
        'You can invite again, or invite somebody else, on the page "Reseller". By hand: "upsteward reseller invite", or another address as reseller.email in the configuration.',
      ],
    },
    expired: {
      subject: ({ company }) => `Your reseller did not answer – ${company}`,
      body: ({ address }) => [
        `${address} let the invitation lapse. Nothing will be sent to that address, and the code is no longer valid.`,
        'You can invite again on the page "Reseller" or with "upsteward reseller invite"; a word by phone beforehand often helps.',
      ],
    },
    'opted-out': {
      subject: ({ company }) => `Your reseller no longer wants to be told – ${company}`,
      body: ({ address }) => [
        `${address} opted out. Nothing more is sent to that address; what was still waiting for it was deleted.`,
        'You can invite again, or invite somebody else, on the page "Reseller". By hand: "upsteward reseller invite", or another address as reseller.email in the configuration.',
      ],
    },
    undeliverable: {
      subject: ({ company }) => `Your invitation could not be delivered – ${company}`,
      body: ({ address }) => [
        `The invitation to ${address} could not be delivered and was given up.`,
        'Check the address on the page "Reseller" (reseller.email in the configuration), then invite again there or with "upsteward reseller invite".',
      ],
    },
    'delivery-failed': {
      subject: ({ address, company }) => `Mail to ${address} could not be delivered – ${company}`,
      body: ({ address }) => [
        `A mail to ${address} could not be delivered and was given up. Nobody was told what it said.`,
        'Check the address and the mail server, then run "upsteward test-mail". Please pass on by hand what did not arrive.',
      ],
    },
    bounced: {
      subject: ({ address, company }) => `Mail to ${address} comes back – ${company}`,
      body: ({ address }) => [
        `A mail to ${address} came back for good. Perhaps nobody was told what it said.`,
        'Ask your reseller for the right address and enter it on the page "Reseller" (reseller.email in the configuration). Please pass on by hand what did not arrive.',
      ],
    },
    'answered-late': {
      subject: ({ company }) => `Your reseller accepted too late – ${company}`,
      body: ({ address }) => [
        `${address} accepted your invitation after it had lapsed, so it no longer counted. Nothing will be sent to that address.`,
        'You can invite again on the page "Reseller" or with "upsteward reseller invite".',
      ],
    },
    'reply-unclear': {
      subject: ({ company }) => `Your reseller wrote to you – ${company}`,
      body: ({ address }) => [
        `A mail from ${address} came to the mailbox for answers, but it is not an answer that upsteward understands. It was left there unread.`,
        'Please read it: somebody may be waiting for a word from you.',
      ],
    },
    'endpoint-refused': {
      subject: ({ company }) => `The cloud endpoint refused events – ${company}`,
      body: ({ address }) => [
        `The endpoint ${address} refused events for good; they were given up and are not posted again.`,
        'Check the endpoint; what it refused is listed in the history as cloud.refused.',
      ],
    },
    'endpoint-disabled': {
      subject: ({ company }) => `The cloud endpoint no longer takes events – ${company}`,
      body: ({ address }) => [
        `The endpoint ${address} answered that it is gone for good. Nothing more is posted to it.`,
        'Check cloud.endpoint in the configuration; once it names an endpoint that answers, events are posted again.',
      ],
    },
  },
  customerLabel: { reply: 'The other side said', items: 'What did not arrive', from: 'The answer came from' },

  page: {
    invitedHeading: ({ company }) => `${company} invites you`,
    confirmedHeading: 'You have accepted',
    confirmed: ({ company }) => `${company} will keep you informed. You can opt out here at any time.`,
    declinedHeading: 'You have declined',
    declined: ({ company }) =>
      `Nothing will be sent to you. If you change your mind, ask ${company} to invite you again.`,
    optedOutHeading: 'You have opted out',
    optedOut: ({ company }) =>
      `Nothing more is sent to you; one last mail confirms it. If this was a mistake, ask ${company} to invite you again.`,
    endedHeading: 'This invitation has ended',
    ended: 'Nothing is sent to you. If you would like to be informed, ask your contact for a new invitation.',
    unknownHeading: 'This link is not known here',
    unknown: 'Perhaps it is not complete: copy it from the mail as a whole.',
    busyHeading: 'Too many attempts',
    busy: 'Please try again in a few minutes.',
    failedHeading: 'That did not work',
    failed: 'Your answer could not be noted. Please try again in a few minutes.',
  },

  test: {
    subject: ({ company }) => `Test mail from upsteward – ${company}`,
    body: ({ company, date }) => [
      `This is the test mail that was asked for at ${company} on ${date}. Mail from upsteward arrives at this address.`,
      'Nothing needs to be done.',
    ],
  },
};
