/** The relation with the reseller, clicked through: each state, each step, each refusal. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { invitationWords } from '../../agent/delivery/codes.ts';
import type { Message } from '../../agent/delivery/records.ts';
import { addDays, instantAt } from '../../agent/lifecycle/days.ts';
import { answer } from '../../agent/operations/answer.ts';
import { connectionOf } from '../../agent/operations/reseller.ts';
import { mailSettled } from '../../agent/operations/settled.ts';
import { keys } from '../../agent/store/keys.ts';
import { TestPage, timeZone, today, unescaped } from './support.ts';

const path = '/reseller';
const address = 'sales@reseller.example';
const words = (html: string): string => unescaped(html.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');

/** What is done on the page, and what it then says. */
class Visit {
  readonly page: TestPage;

  constructor(page: TestPage) {
    this.page = page;
  }

  static async open(reseller?: string): Promise<Visit> {
    const more = reseller === undefined ? [] : [`reseller: { ${reseller} }`];
    const visit = new Visit(await TestPage.open({ ups: { rack: '' }, more }));
    await visit.page.follow();
    return visit;
  }

  async settings(fields: Record<string, string>): Promise<string> {
    return words((await this.page.submit(path, '/reseller', { language: '', ...fields })).text);
  }

  async press(action: string, fields: Record<string, string> = {}): Promise<string> {
    return words((await this.page.submit(path, `/reseller/${action}`, fields)).text);
  }

  async state(): Promise<string> {
    return / class="chip large [^"]*">([^<]*)</.exec(await this.page.get(path))?.[1] ?? '';
  }

  get code(): string {
    const { store } = this.page.office.desk;
    return invitationWords(store, connectionOf(store).id).code;
  }

  /** The mail server takes the invitation. */
  async taken(): Promise<void> {
    const { desk } = this.page.office;
    const [invitation] = desk.store.list<Message>(keys.messages);
    if (invitation === undefined) throw new Error('no invitation waits');
    const { changes, history } = mailSettled(desk, invitation[1].value, { kind: 'taken', reply: '250' });
    await desk.store.commit({ changes, history });
  }

  async file(): Promise<string> {
    return await readFile(join(this.page.folder, 'config.yaml'), 'utf8');
  }
}

describe('the reseller', () => {
  it('is invited by a new address, accepts by the code, and opts out by it', async () => {
    const visit = await Visit.open();
    expect(await visit.state()).toBe('No reseller');
    expect(await visit.settings({ email: address })).toContain('The settings are saved. The invitation is out.');
    expect(await visit.state()).toBe('Invite Pending');
    expect(await visit.file()).toContain(`reseller:\n  email: ${address}\n`);
    expect(await visit.press('accept', { code: 'AAAA-AAAA' })).toContain(
      'Not done: that is not the code of the latest invitation',
    );
    const { code } = visit;
    expect(await visit.press('accept', { code: code.toLowerCase() })).toContain(`Reseller: ${address} has accepted`);
    expect(await visit.state()).toBe('Confirmed');
    expect(words(await visit.page.get(path))).toContain('Answered 10 Mar 2031, 09:00 by the code, typed in here');
    expect(await visit.press('decline', { code })).toContain('Reseller: opted out');
    expect(await visit.state()).toBe('Opted Out');
    expect(await visit.press('invite')).toContain(`Reseller: ${address} is invited.`);
    expect(await visit.state()).toBe('Invite Pending');
  });

  it('may decline', async () => {
    const visit = await Visit.open(`email: ${address}`);
    expect(await visit.press('decline', { code: visit.code })).toContain('the invitation is declined');
    expect(await visit.state()).toBe('Declined');
  });

  it('may let the invitation lapse', async () => {
    const visit = await Visit.open(`email: ${address}`);
    await visit.taken();
    expect(words(await visit.page.get(path))).toContain('Lapses 17 Mar 2031, 09:00');
    const { code } = visit;
    visit.page.clock = instantAt(addDays(today, 7), '09:00', timeZone);
    expect(await visit.state()).toBe('Expired');
    const late = await visit.page.post('/reseller/accept', { form: await tokenOf(visit.page), code });
    expect(words(await visit.page.get(late.headers.get('location') ?? ''))).toContain('ask the customer for a new one');
    expect(await visit.state()).toBe('Expired');
  });

  it('is let go: cancel, disconnect, re-invite', async () => {
    const visit = await Visit.open(`email: ${address}`);
    expect(await visit.press('cancel')).toContain('the invitation is cancelled');
    expect(await visit.state()).toBe('Cancelled');
    await visit.press('invite');
    await visit.page.accept();
    expect(await visit.press('disconnect')).toContain('disconnected; the reseller gets nothing from now on');
    expect(await visit.state()).toBe('Disconnected');
    expect(await visit.settings({ email: address })).toContain(
      'The settings are as they were. To send a new invitation, use Re-invite.',
    );
    expect(await visit.state()).toBe('Disconnected');
    await visit.press('invite');
    expect(await visit.state()).toBe('Invite Pending');
  });

  it('changes with the address, and ends with an emptied field', async () => {
    const visit = await Visit.open(`email: ${address}`);
    await visit.page.accept();
    await visit.settings({ email: 'other@reseller.example', language: 'fr' });
    expect(await visit.file()).toContain('email: other@reseller.example');
    expect(await visit.file()).toContain('language: fr');
    expect(connectionOf(visit.page.office.desk.store)).toMatchObject({
      state: 'pending',
      address: 'other@reseller.example',
    });
    await visit.settings({ email: '' });
    expect(await visit.state()).toBe('Cancelled');
    expect(await visit.file()).not.toContain('other@');
  });

  it('is not wanted: "Not interested?" removes the address and silences the question', async () => {
    const visit = await Visit.open(`email: ${address}`);
    const both = await visit.settings({ email: 'new@reseller.example', notInterested: 'yes' });
    expect(both).toContain('an address and "Not interested?" exclude each other');
    await visit.settings({ email: address, notInterested: 'yes' });
    expect(await visit.state()).toBe('Not interested');
    expect(await visit.file()).toContain('notInterested: true');
    expect(await visit.file()).not.toContain(address);
    await visit.settings({ email: address });
    expect(await visit.state()).toBe('Invite Pending');
    expect(await visit.file()).not.toContain('notInterested');
  });

  it('is offered after a UPS was added, unless there is one', async () => {
    const visit = await Visit.open();
    expect(words(await visit.page.get('/reseller?offer=1'))).toContain('You have added a UPS.');
    await visit.settings({ email: address });
    expect(words(await visit.page.get('/reseller?offer=1'))).not.toContain('You have added a UPS.');
  });

  it('is explained: each status, and who stays responsible', async () => {
    const text = words(await (await Visit.open()).page.get(path));
    for (const state of [
      'Invite Pending',
      'Confirmed',
      'Declined',
      'Expired',
      'Opted Out',
      'Disconnected',
      'Not interested',
    ]) {
      expect(text).toContain(state);
    }
    expect(text).toContain('You remain responsible for your UPS units');
    expect(text).toContain('can be bought from any supplier');
  });
});

describe('the configuration', () => {
  it('does not take what is no address', async () => {
    const visit = await Visit.open();
    expect(await visit.settings({ email: 'a@b.example, c@d.example' })).toContain(
      'Not done: reseller.email: holds more than one address; write exactly one',
    );
    expect(visit.page.reloads).toBe(0);
  });

  it('keeps its comments', async () => {
    const visit = await Visit.open();
    const file = join(visit.page.folder, 'config.yaml');
    await writeFile(file, `# mine\n${await visit.file()}`);
    await visit.settings({ email: address });
    expect((await visit.file()).startsWith('# mine\n')).toBe(true);
  });

  it('that cannot be changed from here is shown as it should be written', async () => {
    const visit = await Visit.open();
    const file = join(visit.page.folder, 'config.yaml');
    const text = await visit.file();
    await writeFile(file, `${text.replace('site:', 'site: &us')}reseller: &them { notInterested: true }\n`);
    await rm(file);
    const answer = await visit.page.post('/reseller', { form: await tokenOf(visit.page), email: address });
    expect(answer.status).toBe(409);
    expect(words(answer.text)).toContain('The configuration was not changed');
    expect(visit.page.reloads).toBe(0);
  });

  it('with other mistakes stays as it is', async () => {
    const visit = await Visit.open();
    await writeFile(join(visit.page.folder, 'config.yaml'), `${await visit.file()}nope: 1\n`);
    const answer = await visit.page.post('/reseller', { form: await tokenOf(visit.page), email: address });
    expect([answer.status, words(answer.text)]).toEqual([409, expect.stringContaining('nope: is not a known key')]);
  });
});

describe('what the reseller sees', () => {
  const slashed = (day: string): string => `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`;

  it('is the invitation with words that open nothing, and the next notice', async () => {
    const visit = await Visit.open(`email: ${address}`);
    const serial = 'AS2216000001';
    const replaceBy = slashed(addDays(today, 200));
    await visit.page.reads('rack', { serial, installed: slashed(addDays(today, -1200)), replaceBy });
    const before = visit.page.office.desk.store.list('').length;
    const text = words(await visit.page.get('/reseller/sees'));
    expect(text).toContain('Customer Ltd would like to keep you informed');
    expect(text).not.toContain(visit.code);
    expect(text).toContain(`Serial number: ${serial}`);
    expect(text).toContain('Leaves 28 Jun 2031');
    for (const name of ['invitation', 'notice']) {
      const { headers, text: html } = await visit.page.ask(`/reseller/sees/${name}`);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.* sandbox; frame-ancestors 'self'$/);
      expect(html).toContain('Customer Ltd');
    }
    expect(visit.page.office.desk.store.list('')).toHaveLength(before);
    expect(await visit.state()).toBe('Invite Pending');
  });

  it('can be looked at before the reseller is named', async () => {
    const nothing = words(await (await Visit.open()).page.get('/reseller/sees'));
    expect(nothing).toContain('reseller@example.com');
    expect(nothing).toContain('Nothing falls due within the coming year.');
    const visit = await Visit.open();
    await visit.page.reads('rack', { serial: 'AS2216000001', replaceBy: '04/19/2031' });
    const text = words(await visit.page.get('/reseller/sees'));
    expect(text.match(/To reseller@example\.com/g)).toHaveLength(2);
    expect(text).toContain('Serial number: AS2216000001');
    expect(visit.page.office.desk.site().reseller?.email).toBeUndefined();
    expect(visit.page.office.outbox.depth()).toBe(0);
  });
});

describe('the record of consent', () => {
  it('lists invitations, answers and ways, and can be taken away', async () => {
    const visit = await Visit.open(`email: ${address}`);
    await visit.page.accept();
    const text = words(await visit.page.get('/reseller/record'));
    expect(text).toContain(`Invited ${address}`);
    expect(text).toContain(`Confirmed by the code, typed in here ${address}`);
    const { desk } = visit.page.office;
    const { token } = invitationWords(desk.store, connectionOf(desk.store).id);
    visit.page.clock = instantAt(addDays(today, 2), '09:00', timeZone);
    const told = { from: 'Ann <b>', how: 'button', at: instantAt(addDays(today, 1), '09:00', timeZone) };
    await answer(desk, token, 'opt-out', 'cloud', told);
    expect(words(await visit.page.get('/reseller/record'))).toContain(
      'Opted Out through your endpoint from Ann <b> button given 11 Mar 2031, 09:00',
    );
    const csv = await visit.page.ask('/reseller/record.csv');
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="consent.csv"');
    expect(csv.text).toContain(address);
    const json = JSON.parse(await visit.page.get('/reseller/record.json')) as { steps: { state: string }[] };
    expect(json.steps.map(({ state }) => state)).toEqual(['pending', 'confirmed', 'opted-out']);
  });
});

async function tokenOf(page: TestPage): Promise<string> {
  return /name="form" value="([^"]+)"/.exec(await page.get('/reseller'))?.[1] ?? '';
}
