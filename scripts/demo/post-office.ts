/** The mail of the demo in a browser: what arrived, links that work, answers that reach the agent; and the clock. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AnswerKind } from '../../agent/lifecycle/connection.ts';
import type { ConnectionView } from '../../agent/operations/overview.ts';
import { deskPage, isForAgent, mailHtml, mailPage, writePage } from './post-pages.ts';
import { moment } from './screen.ts';
import { resellerMail, swapUnit } from './site.ts';
import type { Stage } from './stage.ts';

/** A mail can neither run nor load anything. */
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'";
const longest = 64 * 1024;

export class PostOffice {
  readonly #stage: Stage;
  readonly #server: Server;
  /** One thing after the other: the clock has one hand. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(stage: Stage) {
    this.#stage = stage;
    this.#server = createServer((request, response) => {
      this.#turn = this.#turn.then(() => this.#answer(request, response)).catch(() => response.destroy());
    });
  }

  /** Opens on a free port of this machine. */
  static async open(stage: Stage): Promise<PostOffice> {
    const office = new PostOffice(stage);
    await new Promise<void>((resolve, reject) => {
      office.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return office;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const html = (text: string, status = 200): void => {
      response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }).end(text);
    };
    if (request.method === 'POST') {
      const said = await this.#act(pathname, await formOf(request));
      response.writeHead(303, { Location: `/?said=${encodeURIComponent(said)}` }).end();
      return;
    }
    if (pathname === '/write') {
      const of = (name: string): string => searchParams.get(name) ?? '';
      return html(writePage({ from: resellerMail, to: of('to'), subject: of('subject'), text: of('body') }));
    }
    const [, number, part] = /^\/mail\/(\d+)(\/html)?$/.exec(pathname) ?? [];
    const mail = this.#stage.mails[Number(number ?? 0) - 1];
    if (mail !== undefined && part !== undefined) response.setHeader('Content-Security-Policy', mailPolicy);
    if (mail !== undefined) return html(part === undefined ? mailPage(mail) : mailHtml(mail, this.#stage.page));
    const said = searchParams.get('said');
    await this.#stage.settle();
    const { mails, page: agentPage } = this.#stage;
    const now = moment(this.#stage.clock.now());
    const answer = await this.#answerNow();
    const more = { ...(said === null ? {} : { said }), ...(answer === undefined ? {} : { answer }) };
    html(deskPage({ now, agentPage, mails, ...more }), pathname === '/' ? 200 : 404);
  }

  /** Whoever has not accepted may accept, whoever has may opt out. */
  async #answerNow(): Promise<AnswerKind | undefined> {
    const { state } = await this.#stage.command<ConnectionView>('reseller status');
    if (state === 'pending') return 'accept';
    return state === 'confirmed' ? 'opt-out' : undefined;
  }

  async #act(path: string, form: URLSearchParams): Promise<string> {
    const of = (name: string): string => (form.get(name) ?? '').trim();
    const before = this.#stage.mails.length;
    const arrived = (): string => `${this.#stage.mails.length - before} new mails.`;
    if (path === '/time') {
      await this.#stage.moveDays(Math.min(366, Math.max(1, Math.trunc(Number(of('days'))) || 1)));
      return arrived();
    }
    if (path === '/swap') {
      await this.#stage.swapBattery();
      return `${swapUnit} has a new battery. ${arrived()}`;
    }
    if (path === '/endpoint') {
      const answer = await this.#answerNow();
      if (answer === undefined || answer !== of('answer')) return 'Nothing to answer.';
      return `The agent has asked the endpoint, and says: ${await this.#stage.answerByEndpoint(answer)}.`;
    }
    if (path !== '/write') return 'Nothing was done.';
    if (!isForAgent(of('to'))) return `Sent to ${of('to')}. A person reads that, not the agent.`;
    const inReplyTo = of('inReplyTo');
    const letter = { from: of('from'), to: of('to'), subject: of('subject'), text: of('text') };
    await this.#stage.deliver(inReplyTo === '' ? letter : { ...letter, inReplyTo });
    return `The agent has read the mail. ${arrived()}`;
  }
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > longest) break;
  }
  return new URLSearchParams(text);
}
