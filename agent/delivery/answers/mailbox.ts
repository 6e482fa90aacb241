/** One IMAP mailbox (RFC 9051, RFC 3501). Nothing is marked but by `done`. */
import { type FetchMessageObject, ImapFlow, type MessageStructureObject } from 'imapflow';
import { parseHeaders, wantedHeaders } from './headers.ts';
import type { MailBody, MailHead } from './judge.ts';
import { explainMailbox, type MailboxContext, MailboxError } from './mailbox-error.ts';
import { clientOptions, contextOf, type Login, type MailboxOptions, withLogin } from './mailbox-login.ts';

/** A mail in the mailbox, so far without its body. */
export interface MailboxItem {
  readonly uid: number;
  readonly head: MailHead;
}

/** An open mailbox. Every call throws MailboxError when the connection is lost. */
export interface Mailbox {
  /** UIDs mean something only as long as this stays the same. */
  readonly uidValidity: string;
  /** The highest UID that had been given when the mailbox was opened, or has been seen since. */
  readonly lastUid: number;
  /** UIDs above one, in order. */
  uidsAfter(uid: number): Promise<number[]>;
  /** UIDs of what arrived on this day or later, in order. */
  uidsSince(day: Date): Promise<number[]>;
  /** Subject, sender and a few headers of each; the mail stays unread. */
  heads(uids: readonly number[]): Promise<MailboxItem[]>;
  /** The beginning of the text, or the parts of a report; the mail stays unread. */
  body(uid: number, report: boolean): Promise<MailBody>;
  /** Marks a handled mail as read, and moves it if that is wanted. */
  done(uid: number): Promise<void>;
  /** Calls once, when mail has arrived or the connection is lost. */
  onNews(call: () => void): void;
  close(): Promise<void>;
}

/** Of a text, so much is read; an answer is its first line. */
const maxTextBytes = 32 * 1024;
const maxReportBytes = 64 * 1024;
/** Connects, logs in and opens the folder. @throws MailboxError */
export async function openMailbox(options: MailboxOptions): Promise<Mailbox> {
  return await withLogin(options, async (login) => {
    const mailbox = new ImapMailbox(options, login);
    await mailbox.open();
    return mailbox;
  });
}

class ImapMailbox implements Mailbox {
  readonly #options: MailboxOptions;
  readonly #context: MailboxContext;
  readonly #client: ImapFlow;
  #lost: unknown;
  #seen = 0;
  /** Mail has come that no search has looked for yet. */
  #fresh = false;
  #news: (() => void) | undefined;

  constructor(options: MailboxOptions, login: Login) {
    this.#options = options;
    this.#context = contextOf(options, login);
    this.#client = new ImapFlow(clientOptions(options, login));
    this.#client.on('error', (error) => {
      this.#lost ??= error;
    });
    this.#client.on('close', () => {
      this.#lost ??= new Error('the connection was closed');
      this.#tell();
    });
    this.#client.on('exists', ({ count, prevCount }) => {
      if (count <= prevCount) return;
      this.#fresh = true;
      this.#tell();
    });
  }

  async open(): Promise<void> {
    try {
      await this.#client.connect();
      await this.#client.mailboxOpen(this.#options.folder);
    } catch (error) {
      this.#client.close();
      throw this.#explained(error);
    }
  }

  get uidValidity(): string {
    return this.#selected().uidValidity.toString();
  }

  get lastUid(): number {
    return Math.max(this.#selected().uidNext - 1, this.#seen);
  }

  async uidsAfter(uid: number): Promise<number[]> {
    // `n:*` always names the newest mail, even where its UID is smaller.
    return (await this.#search({ uid: `${uid + 1}:*` })).filter((each) => each > uid);
  }

  async uidsSince(day: Date): Promise<number[]> {
    return await this.#search({ since: day });
  }

  async heads(uids: readonly number[]): Promise<MailboxItem[]> {
    const query = { uid: true, envelope: true, headers: [...wantedHeaders] };
    const mails = await this.#call(() => this.#client.fetchAll(uids.join(','), query, { uid: true }));
    return mails.map((mail) => ({ uid: mail.uid, head: headOf(mail) })).sort((a, b) => a.uid - b.uid);
  }

  async body(uid: number, report: boolean): Promise<MailBody> {
    const query = { uid: true, bodyStructure: true };
    const mail = await this.#call(() => this.#client.fetchOne(String(uid), query, { uid: true }));
    if (mail === false || mail.bodyStructure === undefined) return {};
    const leaves = leavesOf(mail.bodyStructure);
    const read = async (type: string, bytes: number): Promise<string | undefined> => {
      const leaf = leaves.find((each) => each.type.toLowerCase() === type && each.disposition !== 'attachment');
      return leaf && (await this.#part(uid, leaf.part ?? '1', bytes));
    };
    const text = await read('text/plain', maxTextBytes);
    if (!report) {
      const html = text?.trim() ? undefined : await read('text/html', maxTextBytes);
      return { ...(text === undefined ? {} : { text }), ...(html === undefined ? {} : { html }) };
    }
    const status = await read('message/delivery-status', maxReportBytes);
    const original =
      (await read('text/rfc822-headers', maxReportBytes)) ?? (await read('message/rfc822', maxReportBytes));
    return {
      report: {
        ...(text === undefined ? {} : { text }),
        ...(status === undefined ? {} : { status }),
        ...(original === undefined ? {} : { original }),
      },
    };
  }

  async done(uid: number): Promise<void> {
    const client = this.#client;
    const range = String(uid);
    await this.#call(() => client.messageFlagsAdd(range, ['\\Seen'], { uid: true }));
    const { moveTo } = this.#options;
    if (moveTo === undefined) return;
    // Without these, emptying the bin would take with it what others have marked.
    if (!client.capabilities.has('MOVE') && !client.capabilities.has('UIDPLUS')) return;
    const move = async (): Promise<boolean> =>
      Boolean(await this.#call(() => client.messageMove(range, moveTo, { uid: true })));
    if (await move()) return;
    await this.#call(() => client.mailboxCreate(moveTo));
    if (await move()) return;
    throw new MailboxError(
      'misconfigured',
      `Handled mail cannot be moved to the folder "${moveTo}" of ${this.#context.server}. Check answers.moveTo; the mail stays, marked as read.`,
    );
  }

  onNews(call: () => void): void {
    this.#news = call;
    if (this.#lost !== undefined || this.#fresh) this.#tell();
  }

  async close(): Promise<void> {
    this.#lost ??= new Error('closed');
    // A server that does not answer must not hold up a stop.
    const gone = new Promise<void>((resolve) => this.#client.once('close', resolve));
    if (this.#client.usable) await Promise.race([this.#client.logout().catch(() => undefined), gone, shortly()]);
    this.#client.close();
  }

  #tell(): void {
    const call = this.#news;
    this.#news = undefined;
    call?.();
  }

  #selected() {
    const { mailbox } = this.#client;
    if (mailbox === false) throw this.#explained(this.#lost ?? new Error('no folder is open'));
    return mailbox;
  }

  async #search(query: Parameters<ImapFlow['search']>[0]): Promise<number[]> {
    this.#fresh = false;
    const found = await this.#call(() => this.#client.search(query, { uid: true }));
    if (!Array.isArray(found)) throw this.#explained(new Error('the server does not search'));
    const uids = [...found].sort((a, b) => a - b);
    this.#seen = Math.max(this.#seen, uids.at(-1) ?? 0);
    return uids;
  }

  async #part(uid: number, part: string, maxBytes: number): Promise<string | undefined> {
    const { content } = await this.#call(() => this.#client.download(String(uid), part, { uid: true, maxBytes }));
    if (content === undefined) return undefined;
    const chunks: Buffer[] = [];
    await this.#call(async () => {
      for await (const chunk of content) chunks.push(Buffer.from(chunk));
    });
    return Buffer.concat(chunks).toString('utf8');
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#lost !== undefined) throw this.#explained(this.#lost);
    try {
      return await work();
    } catch (error) {
      throw this.#explained(error);
    }
  }

  #explained(error: unknown): MailboxError {
    return explainMailbox(error, this.#context);
  }
}

const shortly = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 2000).unref());

function headOf({ envelope, headers }: FetchMessageObject): MailHead {
  const from = envelope?.from?.[0]?.address;
  return {
    subject: envelope?.subject ?? '',
    ...(from === undefined || from === '' ? {} : { from }),
    headers: parseHeaders(headers?.toString('utf8') ?? ''),
  };
}

/** The parts that hold something, in order; what is inside an attached mail is not looked into. */
function leavesOf(node: MessageStructureObject): MessageStructureObject[] {
  if (node.type.toLowerCase() === 'message/rfc822' || node.childNodes === undefined) return [node];
  return node.childNodes.flatMap(leavesOf);
}
