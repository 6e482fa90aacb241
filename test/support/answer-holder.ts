/** What an endpoint does that hands over answers of a reseller: keeps each until the agent has said what came of it. */
import { signWebhook } from '../../agent/delivery/cloud/sign.ts';
import type { EndpointReply, PostedRequest } from './endpoint.ts';

export class AnswerHolder {
  /** Answers that wait, by their ids; what is none may be put in as well. */
  readonly waiting = new Map<string, unknown>();
  /** What the agent said of an answer, as `id result`, in order. */
  readonly acknowledged: string[] = [];
  /** The token of each invitation and notice that came to be passed on. */
  readonly tokens: string[] = [];
  questions = 0;
  readonly #secret: string;
  readonly #now: () => Date;

  constructor(secret: string, now: () => Date = () => new Date()) {
    this.#secret = secret;
    this.#now = now;
  }

  hold(id: string, answer: Readonly<Record<string, unknown>>): void {
    this.waiting.set(id, { id, ...answer });
  }

  /** Takes a request in and replies with what waits, signed. */
  readonly reply = (request: PostedRequest): EndpointReply => {
    for (const { type, data } of request.events) this.#takeIn(String(type), data as Data);
    const body = JSON.stringify({ answers: [...this.waiting.values()] });
    const signature = signWebhook(this.#secret, request.headers['webhook-id'] ?? '', this.#now(), body);
    return { status: 200, headers: { 'content-type': 'application/json', ...signature }, body };
  };

  #takeIn(type: string, { acknowledged, invitation, token }: Data): void {
    if (type === 'io.upsteward.answers.asked') this.questions += 1;
    for (const { id, result } of acknowledged ?? []) {
      this.acknowledged.push(`${id} ${result}`);
      this.waiting.delete(id);
    }
    const word = token ?? invitation?.token;
    if (word !== undefined) this.tokens.push(word);
  }
}

interface Data {
  readonly acknowledged?: readonly { readonly id: string; readonly result: string }[];
  readonly invitation?: { readonly token: string };
  readonly token?: string;
}
