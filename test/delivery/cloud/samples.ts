import { type CloudEvent, type CloudEventData, cloudEvent, eventId } from '../../../agent/delivery/cloud/events.ts';

export const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';
const base = { source: 'urn:upsteward:site-1', time: '2027-05-04T06:00:00Z' };
const unit = {
  name: 'ups-1',
  site: 'server room',
  model: 'Smart-UPS 1500',
  serial: 'AS1234567890',
  cartridge: 'APCRBC133',
  quantity: 1,
};
const opened = {
  tellReseller: false,
  unit,
  event: 'battery-replacement-due',
  title: 'Battery Replacement Due',
  occurrence: '2027-05-04',
  openedOn: '2027-05-04',
  causes: ['date'],
  date: '2027-06-03',
  dateSource: 'estimate',
} satisfies Parameters<typeof cloudEvent<'event.opened'>>[0]['data'];

/** One event of every type. */
export const everyEvent: readonly CloudEvent[] = [
  cloudEvent({ ...base, id: eventId('1'), type: 'event.opened', subject: 'ups-1', data: opened }),
  cloudEvent({
    ...base,
    id: eventId('2'),
    type: 'event.changed',
    subject: 'ups-1',
    data: { ...opened, date: '2027-07-01' },
  }),
  cloudEvent({
    ...base,
    id: eventId('3'),
    type: 'event.resolved',
    subject: 'ups-1',
    data: { ...opened, closedOn: '2027-05-20', closed: 'swap' },
  }),
  cloudEvent({
    ...base,
    id: eventId('4'),
    type: 'ups.facts',
    subject: 'ups-1',
    data: {
      tellReseller: false,
      unit,
      readAt: '2027-05-04T05:59:00Z',
      facts: {
        'battery.date': { value: '2023-06-03', source: 'ups', confidence: 'sound' },
        'battery.packs.bad': { value: 0, source: 'ups', confidence: 'sound' },
        'ups.mfr.date': { value: '2000-01-01', source: 'ups', confidence: 'doubtful', why: 'a factory value' },
        'battery.cartridges': {
          value: [{ pack: 1, cartridge: 1, part: 'APCRBC133', replaceBy: '2027-06-03' }],
          source: 'ups',
          confidence: 'sound',
        },
      },
    },
  }),
  cloudEvent({
    ...base,
    id: eventId('5'),
    type: 'connection.changed',
    data: {
      tellReseller: true,
      state: 'pending',
      previous: 'none',
      reseller: 'sales@reseller.example',
      company: 'Müller & Söhne GmbH',
      language: 'de',
      invitation: { code: 'K7QM-2ZXD', token: '7M3Q9ZK2V8N4X6B1D5F0G7H2JA', expiresAt: '2027-05-11T06:00:00Z' },
    },
  }),
  cloudEvent({
    ...base,
    id: eventId('6'),
    type: 'notice.due',
    subject: 'ups-1',
    data: {
      tellReseller: true,
      reseller: 'sales@reseller.example',
      language: 'de',
      company: 'Müller & Söhne GmbH',
      contact: { name: 'Ada Weber', mail: 'ada@mueller.example' },
      unit,
      event: 'battery-replacement-due',
      title: 'Battery Replacement Due',
      occurrence: '2027-05-04',
      step: '30',
      dueOn: '2027-05-04',
      date: '2027-06-03',
      dateSource: 'estimate',
      daysLeft: 30,
      token: '7M3Q9ZK2V8N4X6B1D5F0G7H2JA',
    },
  }),
  question([{ id: 'answer-17', result: 'taken' }]),
  cloudEvent({ ...base, id: eventId('7'), type: 'test', data: { tellReseller: false, message: 'hello' } }),
];

/** A question for answers, which says what came of earlier ones. */
export function question(acknowledged: CloudEventData<'answers.asked'>['acknowledged']): CloudEvent {
  return cloudEvent({ ...base, id: eventId('8'), type: 'answers.asked', data: { tellReseller: false, acknowledged } });
}

/** A test event of about so many bytes. */
export function eventOfSize(bytes: number, id = String(bytes)): CloudEvent {
  return cloudEvent({ ...base, id, type: 'test', data: { tellReseller: false, message: 'x'.repeat(bytes - 220) } });
}
