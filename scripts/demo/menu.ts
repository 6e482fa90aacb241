/** The demo with a person at the keyboard. */
import { ControlError } from '../../agent/control/protocol.ts';
import type { ConnectionView, EventView } from '../../agent/operations/overview.ts';
import type { PreviewedMail } from '../../agent/operations/preview.ts';
import { type Keyboard, readLine } from './keys.ts';
import { Reporter } from './reporter.ts';
import { moment, type Screen } from './screen.ts';
import { resellerMail, swapUnit } from './site.ts';
import type { Stage } from './stage.ts';

const previewDays = 120;

/** Plays until `q` is pressed or no key will come any more. */
export async function playMenu(stage: Stage, screen: Screen, keys: Keyboard): Promise<void> {
  await new Menu(stage, screen, keys).play();
}

class Menu {
  readonly #stage: Stage;
  readonly #screen: Screen;
  readonly #keys: Keyboard;
  readonly #reporter: Reporter;
  readonly #actions: ReadonlyMap<string, () => Promise<void>>;

  constructor(stage: Stage, screen: Screen, keys: Keyboard) {
    this.#stage = stage;
    this.#screen = screen;
    this.#keys = keys;
    this.#reporter = new Reporter(stage, screen);
    this.#actions = new Map([
      ['1', () => this.#move(1)],
      ['7', () => this.#move(7)],
      ['3', () => this.#move(30)],
      ['a', () => this.#accept()],
      ['d', () => this.#decline()],
      ['c', () => this.#byEndpoint()],
      ['i', () => this.#say('reseller invite')],
      ['r', () => this.#remind()],
      ['b', () => this.#swap()],
      ['s', () => this.#status()],
      ['e', () => this.#events()],
      ['p', () => this.#preview()],
      ['m', () => this.#mail()],
    ]);
  }

  async play(): Promise<void> {
    const screen = this.#screen;
    this.#reporter.events();
    await this.#status();
    this.#reporter.all(() => true);
    screen.line();
    screen.line('The reseller has the invitation, and gets nothing else before it is accepted:');
    screen.line('press a to accept, then 1 for the next day.');
    for (;;) {
      await this.#menu();
      const key = (await this.#keys.next())?.toLowerCase();
      if (key === undefined || key === 'q' || key === '\u0004') break;
      const action = this.#actions.get(key);
      screen.line(key >= ' ' ? key : '');
      if (action === undefined) continue;
      await this.#try(action);
    }
    screen.line();
  }

  async #menu(): Promise<void> {
    const { state } = await this.#stage.command<ConnectionView>('reseller status');
    const key = (name: string, text: string): string => `${this.#screen.paint('bold', `[${name}]`)} ${text}`;
    const line = (...keys: string[]): void => this.#screen.line(`  ${keys.join('  ')}`);
    this.#screen.heading(`${moment(this.#stage.clock.now())} · the reseller is ${state}`);
    line('time:    ', key('1', 'a day'), key('7', 'a week'), key('3', '30 days'), key('b', 'change a battery'));
    line('reseller:', key('a', 'accept'), key('d', 'decline or opt out'), key('i', 'invite'), key('r', 'remind'));
    line('         ', key('c', 'accept or opt out by a button that your endpoint shows'));
    line(
      'look:    ',
      key('s', 'status'),
      key('e', 'events'),
      key('p', 'preview'),
      key('m', 'read a mail'),
      key('q', 'quit'),
    );
    this.#screen.ask('> ');
  }

  /** What the agent refuses is said in its own words. */
  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      this.#screen.bad(error.message);
    }
  }

  /** Of one day, the reseller's mails are shown in full; of more, one line each. */
  async #move(days: number): Promise<void> {
    const before = this.#stage.mails.length;
    await this.#stage.moveDays(days, () => this.#reporter.all(({ to }) => days === 1 && to === resellerMail));
    if (this.#stage.mails.length === before) this.#screen.note('Nothing was due.');
    else if (days > 1) this.#screen.note('Press m to read one of them.');
  }

  async #say(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { says } = await this.#stage.command<{ says: string }>(command, args);
    this.#screen.good(`${says}.`);
    this.#reporter.all(({ to }) => to === resellerMail);
  }

  async #accept(): Promise<void> {
    const code = await this.#code('accept');
    if (code !== undefined) await this.#say('reseller accept', { code });
  }

  async #decline(): Promise<void> {
    const code = await this.#code('decline');
    if (code !== undefined) await this.#say('reseller decline', { code });
  }

  /** Whoever has not accepted accepts, whoever has opts out. */
  async #byEndpoint(): Promise<void> {
    const { state } = await this.#stage.command<ConnectionView>('reseller status');
    if (state !== 'pending' && state !== 'confirmed') {
      this.#screen.bad(`Nothing to answer: your endpoint was told that the reseller is ${state}, and shows no button.`);
      return;
    }
    const answer = state === 'confirmed' ? 'opt-out' : 'accept';
    this.#screen.note(`The reseller presses a button; your endpoint keeps "${answer}" until the agent asks for it.`);
    this.#screen.good(`The agent has asked, and says: ${await this.#stage.answerByEndpoint(answer)}.`);
    this.#reporter.all(({ to }) => to === resellerMail);
  }

  /** The code that is typed; Enter alone takes the one in the mail. */
  async #code(answer: string): Promise<string | undefined> {
    const known = this.#stage.code() ?? '';
    const typed = await this.#line(`Code in the invitation (Enter takes ${known}, Esc leaves it): `);
    if (typed === undefined) return undefined;
    const code = typed === '' ? known : typed;
    this.#screen.note(`upsteward reseller ${answer} ${code}`);
    return code;
  }

  async #line(prompt: string): Promise<string | undefined> {
    this.#screen.ask(prompt);
    return await readLine(this.#keys, (text) => this.#screen.ask(text));
  }

  async #remind(): Promise<void> {
    const events = await this.#stage.command<EventView[]>('events');
    const possible = events.filter(({ reminder }) => reminder.allowed);
    if (possible.length === 0) {
      this.#screen.bad(`No reminder: ${events[0]?.reminder.why ?? 'no event is open'}.`);
      return;
    }
    possible.forEach(({ ups, title }, index) => {
      this.#screen.line(`${String(index + 1).padStart(3)}  ${ups.padEnd(14)}  ${title}`);
    });
    const chosen = possible[Number(await this.#line('Remind of number (Enter leaves it): ')) - 1];
    if (chosen === undefined) return;
    this.#screen.note(`upsteward remind "${chosen.ups}" ${chosen.event}`);
    const { to } = await this.#stage.command<{ to: string }>('remind', { name: chosen.ups, event: chosen.event });
    this.#screen.good(`A reminder goes to ${to}.`);
    this.#reporter.all(() => true);
  }

  async #swap(): Promise<void> {
    this.#screen.note(`${swapUnit} gets a new battery; its card is told the day.`);
    await this.#stage.swapBattery();
    this.#reporter.all(() => false);
    this.#screen.note('Whoever was told of the old battery is told with the next daily run that it is settled.');
  }

  async #status(): Promise<void> {
    this.#screen.line();
    this.#screen.status(await this.#stage.statusRows());
    this.#screen.note('~ estimate   ? doubtful: to be confirmed by you, never told to the reseller');
  }

  async #events(): Promise<void> {
    const events = await this.#stage.command<EventView[]>('events');
    this.#screen.table(
      ['UPS', 'EVENT', 'RESELLER TOLD', 'REMINDER'],
      events.map(({ ups, title, told, reminder }) => {
        const steps = told.filter(({ to }) => to === 'reseller').map(({ step }) => step);
        return [ups, title, steps.join(', ') || '-', reminder.allowed ? 'possible' : 'no'];
      }),
    );
    const why = events.find(({ reminder }) => !reminder.allowed)?.reminder.why;
    if (why !== undefined) this.#screen.note(`No reminder, for instance: ${why}.`);
  }

  async #preview(): Promise<void> {
    const mails = await this.#stage.command<PreviewedMail[]>('preview', { days: previewDays });
    this.#screen.note(`The mails of the next ${previewDays} days if nothing changes:`);
    this.#screen.table(
      ['DAY', 'TO', 'SUBJECT'],
      mails.map(({ day, to, subject }) => [day, to === resellerMail ? 'reseller' : 'customer', subject]),
    );
  }

  async #mail(): Promise<void> {
    const { mails } = this.#stage;
    for (const mail of mails) this.#screen.mailLine(mail);
    const typed = await this.#line(`Read number (Enter takes ${mails.length}): `);
    if (typed === undefined) return;
    const chosen = mails[(typed === '' ? mails.length : Number(typed)) - 1];
    if (chosen !== undefined) this.#screen.mailInFull(chosen);
  }
}
