/** The demo without a person: the whole story in one go, then checks of what was told to whom. */
import { type EventId, eventIds, eventTitle } from '../../agent/lifecycle/model.ts';
import type { EventView } from '../../agent/operations/overview.ts';
import { Reporter } from './reporter.ts';
import { type ArrivedMail, moment, type Screen } from './screen.ts';
import { contactMail, resellerMail, swapUnit } from './site.ts';
import type { Stage } from './stage.ts';

/** One thing that must hold at the end. */
interface Check {
  readonly says: string;
  readonly holds: boolean;
}

/** Plays the story; gives whether everything holds. */
export async function playAll(stage: Stage, screen: Screen): Promise<boolean> {
  const reporter = new Reporter(stage, screen);
  const quietly = (): void => reporter.all(() => false);
  const resellerInFull = (): void => reporter.all(({ to }) => to === resellerMail);

  screen.heading('What your own endpoint gets at the start');
  reporter.events();
  screen.heading(`${moment(stage.clock.now())}: ${stage.units.length} UPS, read over SNMP`);
  screen.status(await stage.statusRows());
  screen.heading('The reseller is invited');
  resellerInFull();

  screen.heading('The reseller accepts: the code in the mail is typed in');
  const beforeAnswer = stage.mails.length;
  const code = stage.code() ?? '';
  const { says } = await stage.command<{ says: string }>('reseller accept', { code });
  screen.good(`upsteward reseller accept ${code}: ${says}`);
  quietly();

  screen.heading('One day on: everything that is due, in one mail');
  await stage.moveDays(1, resellerInFull);
  screen.heading('A week on');
  await stage.moveDays(7, quietly);
  screen.heading('30 days on');
  await stage.moveDays(30, quietly);

  screen.heading(`${moment(stage.clock.now())}: a new battery in ${swapUnit}`);
  await stage.swapBattery();
  await stage.moveDays(1, resellerInFull);
  const told = await stage.command<EventView[]>('events', { all: true });

  screen.heading('The reseller opts out');
  const answer = await stage.command<{ says: string }>('reseller decline', { code });
  screen.good(`upsteward reseller decline ${code}: ${answer.says}`);
  const beforeSilence = stage.mails.length;
  await stage.moveDays(30, () => reporter.all((mail) => mail.to === contactMail && /no longer/.test(mail.subject)));

  screen.heading('What was told to whom');
  const checks = checksOf(stage, told, stage.mails.slice(0, beforeAnswer), stage.mails.slice(beforeSilence));
  for (const { says: text, holds } of checks) holds ? screen.good(text) : screen.bad(text);
  return checks.every(({ holds }) => holds);
}

function checksOf(
  stage: Stage,
  told: readonly EventView[],
  beforeAnswer: readonly ArrivedMail[],
  afterLeaving: readonly ArrivedMail[],
): Check[] {
  const { mails, events } = stage;
  const toReseller = mails.filter(({ to }) => to === resellerMail);
  const telling = toReseller.slice(1).map(({ text }) => text);
  const missing = eventIds.filter((id) => !telling.some((text) => text.includes(eventTitle(id))));
  const posted = eventIds.filter((id) => events.some(({ says }) => says.startsWith(eventTitle(id))));
  const versions = (['1', '2c', '3'] as const).filter((version) => wasAsked(stage, version));
  const steps = [stepsOf(told, 'battery-replacement-due'), stepsOf(told, 'battery-end-of-life-exceeded')];
  const quiet = (what: 'healthy' | 'silent' | 'doubtful'): boolean =>
    stage.units.filter(({ shows }) => shows === what).every(({ card }) => !isNamed(mails, serialOf(stage, card.name)));
  return [
    check(
      `each of the nine events was told to the reseller${missing.length > 0 ? `, but ${missing}` : ''}`,
      missing.length === 0,
    ),
    check('before the answer, the reseller got the invitation and nothing else', countTo(beforeAnswer) === 1),
    check(
      `after leaving, the reseller got nothing; ${afterLeaving.length} mail(s) went to the customer`,
      countTo(afterLeaving) === 0 && afterLeaving.length > 0,
    ),
    check('nobody got two mails with notices on one day', !anyTwice(mails)),
    check(
      `${swapUnit}: told 90, 30 and 7 days ahead, on the day, and when it was settled`,
      steps.join(' ') === '90,30,7 0,resolved',
    ),
    check('the healthy UPS is in no mail', quiet('healthy')),
    check('the UPS that does not answer is in no mail', quiet('silent')),
    check('the UPS with the doubtful date is in no mail', quiet('doubtful')),
    check(`SNMP ${versions.map((version) => `v${version}`).join(', ')} answered`, versions.length === 3),
    check(`the endpoint got ${events.length} events, all nine kinds among them`, posted.length === eventIds.length),
    check(
      'each request to the endpoint was signed',
      events.every(({ signed }) => signed),
    ),
  ];
}

const check = (says: string, holds: boolean): Check => ({ says, holds });

const countTo = (mails: readonly ArrivedMail[]): number => mails.filter(({ to }) => to === resellerMail).length;

function wasAsked(stage: Stage, version: '1' | '2c' | '3'): boolean {
  return stage.units
    .filter((unit) => unit.version === version && unit.shows !== 'silent')
    .some(({ card }) => stage.card(card.name).requests.some((request) => request.version === version));
}

/** The steps the reseller was told of an event of the unit whose battery is changed, in their order. */
function stepsOf(told: readonly EventView[], id: EventId): string {
  const event = told.find((each) => each.ups === swapUnit && each.event === id);
  return (event?.told ?? [])
    .filter(({ to, state }) => to === 'reseller' && state === 'told')
    .sort((a, b) => (a.on < b.on ? -1 : 1))
    .map(({ step }) => step)
    .join(',');
}

function serialOf(stage: Stage, name: string): string {
  const object = Object.values(stage.units.find(({ card }) => card.name === name)?.card.values ?? {});
  return object.find((value) => typeof value === 'string' && /^AS\d{10}$/.test(value))?.toString() ?? name;
}

const isNamed = (mails: readonly ArrivedMail[], serial: string): boolean =>
  mails.some(({ text }) => text.includes(serial));

/** Notices are the mails whose text lists a serial number; the one reminder a person may send is not among them here. */
function anyTwice(mails: readonly ArrivedMail[]): boolean {
  const notices = mails.filter(({ text }) => text.includes('Serial number:'));
  const days = notices.map(({ to, at }) => `${to} ${moment(at).slice(0, 15)}`);
  return new Set(days).size < days.length;
}
