/** The page without a network: the real office on a store in memory, and requests as a browser makes them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Live, runCommand } from '../../agent/commands.ts';
import { invitationWords } from '../../agent/delivery/codes.ts';
import { instantAt } from '../../agent/lifecycle/days.ts';
import type { Day } from '../../agent/lifecycle/model.ts';
import { Office } from '../../agent/office.ts';
import { connectionOf, followConfig } from '../../agent/operations/reseller.ts';
import type { PortalDesk, RouteModule } from '../../agent/portal/desk.ts';
import { Portal } from '../../agent/portal/server.ts';
import { memoryStore } from '../../agent/store/memory-store.ts';
import { hashPassword, loadConfig } from '../../config/config.ts';
import { reading, type Said } from '../lifecycle/support.ts';
import { FakeTimers } from '../support/fake-timers.ts';

export const today: Day = '2031-03-10';
export const timeZone = 'Europe/Berlin';
export const password = 'correct horse battery staple';
/** Made once: a hash is meant to take its time. */
export const passwordHash = await hashPassword(password);

export interface Words {
  /** Lines of the section `portal`. */
  readonly portal?: readonly string[];
  readonly site?: readonly string[];
  /** Lines of each unit beside its name. */
  readonly ups?: Readonly<Record<string, string>>;
  /** Whole sections. */
  readonly more?: readonly string[];
  readonly modules?: readonly RouteModule[];
  readonly live?: Partial<Live>;
}

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** Something else that is ended after the test. */
export function endLater(step: () => Promise<unknown>): void {
  cleanUp.push(step);
}

/** What was opened so far outlives the next test. Gives back what ends it. */
export function kept(): () => Promise<void> {
  const steps = cleanUp.splice(0).reverse();
  return async () => {
    for (const step of steps) await step();
  };
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData | URLSearchParams;
  readonly peer?: string;
  readonly publicOnly?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export class TestPage {
  readonly folder: string;
  readonly timers = new FakeTimers();
  readonly log: { level: string; code: string; message: string }[] = [];
  /** What the agent takes for now. */
  clock = instantAt(today, '09:00', timeZone);
  readonly office: Office;
  readonly desk: PortalDesk;
  readonly portal: Portal;
  /** How often the page asked for the config to be read again. */
  reloads = 0;
  /** What the browser keeps. */
  readonly cookies = new Map<string, string>();
  readonly #words: Words;

  private constructor(folder: string, words: Words, office: (page: TestPage) => Office) {
    this.folder = folder;
    this.#words = words;
    this.office = office(this);
    const live: Live = {
      clockTrouble: () => undefined,
      followed: () => this.follow(),
      stuck: () => [],
      readConfigAgain: async () => [],
      notInForce: () => [],
      ready: () => true,
      metrics: async () => ({ type: 'text/plain', body: 'upsteward_clock_ok 1\n' }),
      pollStatus: () => undefined,
      pollNow: async () => undefined,
      trapStatus: () => undefined,
      serverStatus: () => [],
      pages: [],
      answersStatus: () => undefined,
      ...words.live,
    };
    this.desk = {
      office: this.office,
      live,
      run: (command, args) => runCommand(this.office, live, command, args),
      configFile: { path: join(folder, 'config.yaml'), reload: () => this.reload() },
    };
    this.portal = new Portal({
      desk: this.desk,
      timers: this.timers,
      ...(words.modules === undefined ? {} : { modules: words.modules }),
    });
  }

  static async open(words: Words = {}): Promise<TestPage> {
    const folder = await mkdtemp(join(tmpdir(), 'page-'));
    cleanUp.push(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'config.yaml');
    await writeFile(path, configText(words), { mode: 0o600 });
    const { config } = await loadConfig({ path, env: {} });
    let page: TestPage | undefined;
    const now = (): Date => new Date(page?.clock ?? instantAt(today, '09:00', timeZone));
    const store = memoryStore([], () => now().getTime());
    const log = (level: string, code: string, message: string): void => void page?.log.push({ level, code, message });
    const office = await Office.open(config, { store, now, log, env: {}, random: () => 0.5 });
    page = new TestPage(folder, words, () => office);
    cleanUp.push(() => office.close());
    const { portal } = page;
    cleanUp.push(() => portal.stop());
    return page;
  }

  async reload(): Promise<readonly string[]> {
    this.reloads += 1;
    const { config } = await loadConfig({ path: join(this.folder, 'config.yaml'), env: {} });
    const closeOld = await this.office.reconfigure(config);
    await closeOld();
    await this.portal.follow({ ...config.portal, enabled: false });
    return [];
  }

  /** Other words in the file; they count from the next reload on. */
  async write(words: Words): Promise<void> {
    await writeFile(join(this.folder, 'config.yaml'), configText({ ...this.#words, ...words }), { mode: 0o600 });
  }

  /** This very text in the file. */
  async overwrite(text: string): Promise<void> {
    await writeFile(join(this.folder, 'config.yaml'), text, { mode: 0o600 });
  }

  /** Does what the config orders: whom to invite, which units to watch. */
  async follow(): Promise<void> {
    await followConfig(this.office.desk);
    await this.office.units.reconcile();
  }

  /** The reseller gives the code of the invitation. */
  async accept(): Promise<void> {
    const { store } = this.office.desk;
    await runCommand(this.office, undefined, 'reseller accept', {
      code: invitationWords(store, connectionOf(store).id).code,
    });
  }

  /** Two readings in a row that say the same. */
  async reads(name: string, said: Said): Promise<void> {
    await this.office.units.ingest(name, reading(said));
    await this.office.units.ingest(name, reading(said));
  }

  /** A request as it comes; cookies are kept as a browser does. */
  async ask(path: string, options: AskOptions = {}): Promise<Answer> {
    const { method = 'GET', headers = {}, body, peer = '127.0.0.1', publicOnly = false } = options;
    const host = headers['host'] ?? '127.0.0.1:8080';
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const request = new Request(`http://${host}${path}`, {
      method,
      headers: { host, ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const response = await this.portal.answer(request, { peer }, publicOnly);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** The text of a page that is there. */
  async get(path: string, options: AskOptions = {}): Promise<string> {
    const { status, text, headers } = await this.ask(path, options);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${headers.get('location') ?? ''}\n${text}`);
    return text;
  }

  /** Fills a form that stands on a page and sends it, as a browser does; then looks at what comes. */
  async submit(path: string, action: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const form = formsOf(await this.get(path)).find((each) => each.action === action);
    if (form === undefined) throw new Error(`${path} has no form that goes to ${action}`);
    const answer = await this.post(action, { ...form.hidden, ...fields });
    const location = answer.headers.get('location');
    return answer.status === 303 && location !== null ? await this.ask(location) : answer;
  }

  async post(path: string, fields: Readonly<Record<string, string>>, options: AskOptions = {}): Promise<Answer> {
    const headers = { origin: `http://${options.headers?.['host'] ?? '127.0.0.1:8080'}`, ...options.headers };
    return await this.ask(path, { ...options, method: 'POST', body: new URLSearchParams(fields), headers });
  }

  async logIn(): Promise<void> {
    const { status } = await this.submit('/login', '/login', { password });
    if (status !== 200) throw new Error(`no login: ${status}`);
  }

  codes(): string[] {
    return this.log.map(({ code }) => code);
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const [name = '', value = ''] = pair.split('=');
    if (attributes.some((each) => each.toLowerCase() === 'max-age=0')) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

function configText({ portal = [], site = [], ups = {}, more = [] }: Words): string {
  return [
    'site:',
    '  company: Customer Ltd',
    `  timeZone: ${timeZone}`,
    '  contact: { name: Ira Tech, mail: it@customer.example }',
    ...site.map((line) => `  ${line}`),
    ...(more.some((line) => line.startsWith('mail:'))
      ? []
      : ['mail: { url: "smtp://127.0.0.1:9", from: ups@customer.example }']),
    ...(portal.length === 0 ? [] : ['portal:', ...portal.map((line) => `  ${line}`)]),
    ...more,
    'stateDir: state',
    Object.keys(ups).length === 0 ? 'ups: []' : 'ups:',
    ...Object.entries(ups).map(([name, rest], index) => {
      const driver = `snmp: { host: 127.0.0.1, port: ${1000 + index} }`;
      return `  - { name: ${JSON.stringify(name)}, ${driver}${rest === '' ? '' : `, ${rest}`} }`;
    }),
    '',
  ].join('\n');
}

/** The forms of a page with their hidden fields. */
export function formsOf(html: string): { action: string; hidden: Record<string, string> }[] {
  return [...html.matchAll(/<form method="post" action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action = '', inner = '']) => {
      const hidden = [...inner.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
      return {
        action: unescaped(action),
        hidden: Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, unescaped(value)])),
      };
    },
  );
}

export function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => entities[name] ?? whole);
}
