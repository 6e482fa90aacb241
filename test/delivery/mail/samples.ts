import type {
  ComposedMail,
  CustomerMail,
  InvitationMail,
  MailContent,
  NoticeMail,
  UnitBlock,
} from '../../../agent/delivery/mail/content.ts';
import type { MailEnvelope } from '../../../agent/delivery/mail/message.ts';
import { type AnswerWays, answerWays } from '../../../agent/delivery/ways.ts';

export const contact = { name: 'Ada Weber', mail: 'ada@mueller.example', phone: '+49 30 1234', jobRole: 'IT manager' };

export const dueUnit: UnitBlock = {
  name: 'ups-1',
  model: 'Smart-UPS 1500',
  serial: 'AS1234567890',
  sku: 'SMT1500RMI2U',
  cartridge: 'APCRBC133',
  quantity: 2,
  installed: { date: '2023-06-03', source: 'ups' },
  replaceBy: { date: '2027-06-03', source: 'estimate' },
  warrantyEnd: { date: '2027-09-11', source: 'config' },
  plan: { kind: 'advanced', end: '2028-05-04' },
  cartridges: [],
  lines: [
    {
      event: 'battery-replacement-due',
      step: '30',
      date: '2027-06-03',
      dateSource: 'estimate',
      daysLeft: 30,
      nextSteps: ['2027-05-27', '2027-06-03'],
    },
  ],
};

export const manyCartridges: UnitBlock = {
  name: 'xl',
  model: 'Smart-UPS X 3000',
  serial: 'AS2',
  cartridges: [
    { label: 'a', pack: 1, part: 'APCRBC117', installed: '2022-01-01', replaceBy: '2027-01-01', due: true },
    { label: 'b', pack: 2, cartridge: 3, part: 'APCRBC118', due: false },
  ],
  lines: [
    { event: 'replace-battery', step: 'now', nextSteps: [] },
    { event: 'warranty-expires', step: '90', date: '2027-08-02', dateSource: 'config', daysLeft: 90, nextSteps: [] },
  ],
};

export const resolvedUnit: UnitBlock = {
  name: 'old',
  model: 'Smart-UPS 750',
  serial: 'AS3',
  cartridges: [],
  lines: [{ event: 'battery-replacement-due', step: 'resolved', closed: 'swap', nextSteps: [] }],
};

export function noticeMail(units: readonly UnitBlock[], rest: Partial<NoticeMail> = {}): NoticeMail {
  return {
    kind: 'notices',
    audience: 'reseller',
    company: 'Müller & Söhne GmbH',
    contact,
    today: '2027-05-04',
    groups: [{ site: 'server room', units }],
    ...rest,
  };
}

export const token = '7M3Q9ZK2V8N4X6B1D5F0G7H2JA';
const mailbox = { address: 'answers@mueller.example', plusAddressing: false };
const publicUrl = 'https://ups.mueller.example';
export const everyWay = answerWays({ mailbox, publicUrl }, token);
/** What may be configured for answers: nothing, a mailbox, a page, both. */
export const ways: readonly AnswerWays[] = [
  {},
  answerWays({ mailbox }, token),
  answerWays({ publicUrl }, token),
  everyWay,
];

export const invitation: InvitationMail = {
  kind: 'invitation',
  company: 'Müller & Söhne GmbH',
  code: 'K7QM-2ZXD',
  token,
  validDays: 7,
};

export const customerAbouts: readonly CustomerMail['about'][] = [
  'confirmed',
  'declined',
  'expired',
  'opted-out',
  'undeliverable',
  'delivery-failed',
  'bounced',
  'answered-late',
  'reply-unclear',
  'endpoint-refused',
  'endpoint-disabled',
];

export function customerMail(about: CustomerMail['about']): CustomerMail {
  return {
    kind: 'customer',
    about,
    company: 'Müller & Söhne GmbH',
    address: 'sales@reseller.example',
    today: '2027-05-04',
  };
}

/** One of everything a catalogue has words for. */
export const everyMail: readonly MailContent[] = [
  noticeMail([dueUnit]),
  noticeMail([dueUnit], { audience: 'customer' }),
  noticeMail([dueUnit], { reminder: true }),
  noticeMail([dueUnit], { reminder: true, audience: 'customer' }),
  noticeMail([resolvedUnit]),
  noticeMail([resolvedUnit], { audience: 'customer' }),
  noticeMail([manyCartridges]),
  noticeMail([], { groups: [{ site: 'a', units: [dueUnit] }, { units: [manyCartridges] }] }),
  ...ways.map((way) => noticeMail([dueUnit], { ways: way })),
  ...ways.map((way) => ({ ...invitation, ways: way })),
  ...customerAbouts.map(customerMail),
  { ...customerMail('confirmed'), from: 'ann@reseller.example' },
  { kind: 'farewell', company: 'Müller & Söhne GmbH' },
  { ...customerMail('delivery-failed'), reply: '550 no', items: ['x'] },
  { kind: 'test', company: 'Müller & Söhne GmbH', today: '2027-05-04' },
];

export const plainMail: ComposedMail = { subject: 'Subject', text: 'Text\n', html: '<p>Text</p>' };

export function envelope(rest: Partial<MailEnvelope> = {}): MailEnvelope {
  return {
    key: 'notice/1',
    from: 'UPS watch <ups@mueller.example>',
    to: 'sales@reseller.example',
    date: new Date('2027-05-04T06:00:00Z'),
    ...rest,
  };
}
