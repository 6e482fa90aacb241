/**
 * What SmartConnect's customers are promised of its reseller feature, sentence by sentence: durations, who sees what,
 * reminders, who is responsible. Mail goes to a real server; states and refusals stand in faq-states.test.ts.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { invitationWords } from '../../agent/delivery/codes.ts';
import { addDays, instantAt } from '../../agent/lifecycle/days.ts';
import { connectionOf } from '../../agent/operations/reseller.ts';
import { address, confirmed, customer, elsewhere, rack, responsible, Story, words } from './faq-support.ts';
import { timeZone, today } from './support.ts';

let story: Story;
beforeEach(async () => {
  story = await Story.open();
});

describe('the invitation', () => {
  it('needs an explicit yes, reveals the company and nothing else, and can be declined from the mail', async () => {
    story = await Story.open(`site: Hall 2, battery: { replaceBy: ${addDays(today, 20)}, cartridge: RBC55 }`);
    await story.invite();
    await story.daysPass(6);
    const [mail, ...others] = story.mails(address);
    expect(others, 'nothing else before the yes').toEqual([]);
    const text = mail?.parsed.text ?? '';
    expect(text).toContain('Customer Ltd');
    for (const secret of ['Ira', customer, 'rack', 'Hall 2', 'RBC55', '127.0.0.1'])
      expect(mail?.raw).not.toContain(secret);
    expect(String(mail?.parsed.html)).toMatch(/<a [^>]*answer[^>]*>Accept or decline<\/a>/);
    expect(text).toMatch(/7 days/);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('You need no account, and it costs nothing.');
  });

  it('is valid to the last minute of seven days, and not a minute longer', async () => {
    await story.invite();
    const at = (minutes: number) =>
      new Date(Date.parse(instantAt(today, '09:00', timeZone)) + minutes * 60_000).toISOString();
    story.page.clock = at(7 * 24 * 60 - 1);
    expect((await story.status()).page).toBe('Invite Pending');
    story.page.clock = at(7 * 24 * 60);
    await story.answers('accept');
    expect((await story.status()).page).toBe('Expired');
  });

  it('that has ended is answered by its words: the customer must invite anew, and only the new one counts', async () => {
    await story.invite();
    const { store } = story.page.office.desk;
    const old = invitationWords(store, connectionOf(store).id).token;
    await story.press('cancel');
    await story.press('invite');
    expect(await story.answersWith(old, 'accept')).not.toContain('Thank you');
    expect((await story.status()).page).toBe('Invite Pending');
    await story.answers('accept');
    expect((await story.status()).page).toBe('Confirmed');
  });
});

describe('the reseller', () => {
  it('is one: a new address disconnects the one before and must accept for itself', async () => {
    await confirmed(story);
    await story.invite('other@reseller.example');
    expect((await story.status()).page).toBe('Invite Pending');
    expect(story.subjects('other@reseller.example')).toHaveLength(1);
    const before = story.mails(address).length;
    await story.daysPass(3);
    expect(story.mails(address), 'the old one hears nothing more').toHaveLength(before);
  });

  it('who opted out or was disconnected hears nothing more, and must accept anew to hear again', async () => {
    story = await Story.open(`battery: { replaceBy: ${addDays(today, 20)} }`);
    await confirmed(story);
    await story.press('disconnect');
    const count = story.mails(address).length;
    await story.daysPass(2);
    expect(story.mails(address)).toHaveLength(count);
    await story.press('invite');
    await story.daysPass(1);
    expect(story.subjects(address).slice(count)).toHaveLength(1);
    await story.answers('accept');
    await story.daysPass(1);
    expect(story.subjects(address).slice(count)).toEqual([
      expect.any(String),
      expect.stringContaining('Battery Replacement Due'),
    ]);
    await story.answers('opt-out');
    const left = story.mails(address).length;
    await story.daysPass(20);
    expect(story.mails(address)).toHaveLength(left);
  });

  it('is told the model, the cartridge and who to call, and never how the UPS is reached', async () => {
    story = await Story.open(`site: Hall 2, battery: { replaceBy: ${addDays(today, 20)}, cartridge: RBC55 }`);
    await story.page.reads('rack', { serial: 'AS2216000001', model: 'Smart-UPS 1500' });
    await confirmed(story);
    await story.daysPass(1);
    const notice = story.mails(address).at(-1);
    for (const said of ['Smart-UPS 1500', 'AS2216000001', 'RBC55', 'Hall 2', 'Ira Tech', customer])
      expect(notice?.parsed.text).toContain(said);
    expect(notice?.parsed.text, 'what the customer did not fill in').not.toMatch(/phone|job/i);
    expect(notice?.raw).not.toMatch(/127\.0\.0\.1:1000|community|public\b/);
  });
});

describe('lifecycle events', () => {
  const kinds: readonly [string, string, string][] = [
    ['Battery Replacement Due', 'battery: { replaceBy: DAY }', 'Battery End of Life Exceeded'],
    ['Warranty Expires', 'warranty: { end: DAY }', 'Warranty Expires'],
    ['Advanced Plan Expires', 'plan: { kind: advanced, end: DAY }', 'Advanced Plan Expired'],
    ['Standard Plan Expires', 'plan: { kind: standard, end: DAY }', 'Standard Plan Expired'],
  ];
  it.each(kinds)(
    '%s: 90, 30 and 7 days ahead, and on the day',
    async (title, known, onTheDay) => {
      const date = addDays(today, 92);
      story = await Story.open(known.replace('DAY', date));
      await confirmed(story);
      const told: [number, string][] = [];
      for (let left = 91; left >= -10; left -= 1) {
        const before = story.mails(address).length;
        await story.daysPass(1);
        for (const subject of story.subjects(address).slice(before)) told.push([left, subject]);
      }
      expect(told.map(([left]) => left)).toEqual([90, 30, 7, 0]);
      for (const [left, subject] of told) expect(subject).toContain(left === 0 ? onTheDay : title);
    },
    60_000,
  );

  it.each([
    ['Replace Battery', 'battery.replace'],
    ['Battery Needs Replacement', 'battery.needs-replacement'],
  ] as const)('%s: once, when the UPS says it', async (title, signal) => {
    await confirmed(story);
    await story.page.reads('rack', { serial: 'AS2216000001', signals: [signal] });
    await story.daysPass(5);
    expect(story.subjects(address).slice(1)).toEqual([expect.stringContaining(title)]);
  });

  it('that are resolved are not recalled any more', async () => {
    story = await Story.open(`battery: { replaceBy: ${addDays(today, 31)} }`);
    await confirmed(story);
    await story.daysPass(2);
    await story.page.submit(rack, '/ups/replaced', { date: story.day });
    const before = story.mails(address).length;
    await story.daysPass(40);
    expect(story.subjects(address).slice(before)).toEqual([expect.stringContaining('Resolved')]);
  });
});

describe('a reminder by hand', () => {
  const reason = async (): Promise<string> => words(await story.page.get(rack));

  it.each([
    ['Battery: replace by', 'battery: { replaceBy: DAY }', 'battery'],
    ['Device: warranty and plan', 'warranty: { end: DAY }', 'warranty'],
    ['Device: warranty and plan', 'plan: { kind: advanced, end: DAY }', 'warranty'],
  ])('stands under %s and leaves at once, once a day', async (heading, known, section) => {
    story = await Story.open(known.replace('DAY', addDays(today, 20)));
    await confirmed(story);
    const html = await story.page.get(rack);
    const [part = ''] = new RegExp(`<section[^>]* id="${section}".*?</section>`, 's').exec(html) ?? [];
    expect(words(part)).toContain(heading);
    expect(part).toContain('Send reminder');
    expect(words((await story.page.submit(rack, '/ups/remind')).text)).toContain(`A reminder goes to ${address}.`);
    await story.page.office.outbox.deliver();
    expect(story.subjects(address).at(-1)).toMatch(/^Reminder: /);
    expect(await reason()).toContain('a reminder of this event was already sent today');
  });

  it('takes a reseller who has accepted', async () => {
    story = await Story.open(`battery: { replaceBy: ${addDays(today, 20)} }`);
    expect(await reason()).toContain('No reminder can be sent: there is no reseller.');
    await story.invite();
    expect(await reason()).toContain('No reminder can be sent: the reseller has not accepted');
  });

  it('is possible for 90 days after the date, and not on the ninetieth', async () => {
    story = await Story.open(`battery: { replaceBy: ${addDays(today, -88)} }`);
    await confirmed(story);
    await story.daysPass(1);
    expect(await story.page.get(rack)).toContain('Send reminder');
    await story.daysPass(1);
    expect(await reason()).toMatch(/No reminder can be sent: the event is of \d+ \w+ \d+, 90 days ago/);
  });
});

describe('who is responsible', () => {
  it.each(['/', rack, '/reseller', '/reseller/sees', '/sent', '/preview'])('is said on %s', async (path) => {
    const text = words(await story.page.get(path));
    expect(text).toContain(responsible);
    expect(text).toContain(elsewhere);
  });

  it('is said in each mail to the customer', async () => {
    story = await Story.open(`battery: { replaceBy: ${addDays(today, 20)} }`);
    await confirmed(story);
    await story.daysPass(1);
    expect(story.mails(customer).length).toBeGreaterThan(1);
    for (const { parsed } of story.mails(customer)) expect(parsed.text?.replaceAll(/\s+/g, ' ')).toContain(responsible);
  });
});

it('the reseller is offered when a UPS was added, until one is named or none is wanted', async () => {
  const offered = async (): Promise<boolean> =>
    words(await story.page.get('/reseller?offer=1')).includes('You have added a UPS.');
  expect(await offered()).toBe(true);
  await story.invite();
  expect(await offered()).toBe(false);
});
