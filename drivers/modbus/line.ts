/**
 * One line: a serial line or a TCP host and port, with all units on it. Units take turns; in a turn, one exchange runs
 * at a time. Nothing is believed that another request may have asked for: see `choose`.
 */
import { type Answer, type Dialogue, type Exchange, exchange, reading } from './exchange.ts';
import { type Question, rtuFraming, tcpFraming } from './frames.ts';
import { type LineSettings, lineKey } from './options.ts';
import { serialDial } from './serial.ts';
import { tcpDial } from './tcp.ts';
import { type Dial, type Limit, LineError, pause, stopped, type Wire, within } from './wire.ts';

/** Part of a block, from wire address `[0]`, `[1]` registers long. */
export type Part = readonly [address: number, count: number];

/** How a line is treated; tests are more impatient. Milliseconds. */
export interface Manners {
  /** RTU: silence that separates frames (the application note asks for 35). */
  readonly frameGap: number;
  /** RTU: silence after trouble, before anything is sent again; late answers of 900 ms were seen. */
  readonly quiet: number;
  /** RTU: longest wait for that silence. */
  readonly restless: number;
  /** TCP: between two connections of a SmartConnect port, and after trouble. */
  readonly reconnect: number;
  /** How long an answer that never came may still come: no other request may expect one like it. */
  readonly owed: number;
  /** RTU: the same for the repetition of an answer that did come. */
  readonly echo: number;
}

export const politeManners: Manners = {
  frameGap: 40,
  quiet: 1500,
  restless: 10_000,
  reconnect: 2000,
  owed: 60_000,
  echo: 5000,
};

type Log = (level: 'debug' | 'info' | 'warn', message: string, details?: Record<string, unknown>) => void;

/** How often in a row a connection must end after its first answer to be taken for a SmartConnect port. */
const convincing = 2;

export class Line {
  readonly settings: LineSettings;
  readonly #dial: Dial;
  readonly #manners: Manners;
  #wire: Wire | undefined;
  #exchange: Exchange | undefined;
  #heard: Buffer = Buffer.alloc(0);
  #heardAt = Number.NEGATIVE_INFINITY;
  #closedAt = Number.NEGATIVE_INFINITY;
  #turns: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #transaction = Math.floor(Math.random() * 0x10000);
  /** Answers on this connection. */
  #answers = 0;
  #endedAfterOne = 0;
  #single: boolean;
  #hurried = true;
  #doubtful = false;
  readonly #taken = new Map<string, number>();

  constructor(settings: LineSettings, dial: Dial, manners: Manners) {
    this.settings = settings;
    this.#dial = dial;
    this.#manners = manners;
    this.#single = settings.kind === 'tcp' && settings.smartConnect === true;
  }

  /** Whether something went wrong since an answer was last verified: what comes next may belong to the past. */
  get isDoubtful(): boolean {
    return this.#doubtful;
  }

  /** An answer of known content came back. */
  trust(): void {
    this.#doubtful = false;
  }

  /** Units take turns, in the order of their asking. @throws LineError `stopped` as soon as the signal says so */
  async take<T>(job: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    this.#waiting += 1;
    const turn = this.#turns.then(async () => {
      this.#waiting -= 1;
      if (signal?.aborted === true) throw stopped();
      try {
        return await job();
      } finally {
        // A connection that nobody waits for is not kept: a card has few, and idle ones die unseen.
        if (this.settings.kind === 'tcp' && this.#waiting === 0) await this.#hangUp();
      }
    });
    this.#turns = turn.catch(() => {});
    if (signal === undefined) return await turn;
    let stop: (() => void) | undefined;
    const gaveUp = new Promise<never>((_resolve, reject) => {
      stop = () => reject(stopped());
      signal.addEventListener('abort', stop, { once: true });
    });
    turn.catch(() => {});
    try {
      return await Promise.race([turn, gaveUp]);
    } finally {
      if (stop !== undefined) signal.removeEventListener('abort', stop);
    }
  }

  /**
   * The part to ask for: the first whose answer no other request of late can be mistaken for. An answer on a serial
   * line says only which unit it comes from and how long it is, so length stands in for the missing transaction id.
   * Waits where a part will be free soon.
   * @throws LineError `owing` where none will be
   */
  async choose(unit: number, parts: readonly Part[], limit: Limit): Promise<Part> {
    const now = performance.now();
    for (const [shape, until] of this.#taken) if (until <= now) this.#taken.delete(shape);
    const waits = parts.map(([, count]) => (this.#taken.get(shapeOf(unit, count)) ?? now) - now);
    const wait = Math.min(...waits);
    const part = parts[waits.indexOf(wait)];
    if (part === undefined || wait > Math.min(this.#manners.echo, limit.left()))
      throw new LineError('owing', 'too many answers are still due: the line is left to calm');
    await pause(wait, limit);
    return part;
  }

  /** One question and its answer. @throws LineError; the line knows what it means for the next one */
  async ask(question: Question, ms: number, limit: Limit, log: Log): Promise<Answer> {
    return await this.talk(reading(question), ms, limit, log);
  }

  /** The same for a request of any kind. */
  async talk(dialogue: Dialogue, ms: number, limit: Limit, log: Log): Promise<Answer> {
    if (limit.signal?.aborted === true) throw stopped();
    if (limit.left() <= 0) throw new LineError('late', 'the time for one poll is over');
    const wire = await this.#open(limit, log);
    await this.#fallSilent(this.#manners.frameGap, limit);
    const wait = Math.max(1, Math.min(ms, limit.left()));
    let heardAnything = false;
    if (this.settings.kind === 'rtu') this.#heard = Buffer.alloc(0);
    this.#transaction = (this.#transaction + 1) % 0x10000;
    const { request } = dialogue;
    const framing = this.settings.kind === 'rtu' ? rtuFraming(request) : tcpFraming(request, this.#transaction);
    const running = exchange(dialogue, framing, (bytes) => wire.send(bytes), wait);
    this.#exchange = {
      ...running,
      hear: (heard) => {
        heardAnything = true;
        return running.hear(heard);
      },
    };
    const silence = () =>
      heardAnything
        ? new LineError('garbled', `what came within ${wait / 1000} s is not an answer`)
        : new LineError('silent', `no answer within ${wait / 1000} s`);
    try {
      const answer = await within(running.answer, wait, limit.signal, silence);
      this.#succeeded(dialogue, answer);
      if (this.#single) await this.#hangUp();
      return answer;
    } catch (error) {
      running.fail(stopped());
      await this.#failed(dialogue, error, log);
      throw error;
    } finally {
      this.#exchange = undefined;
    }
  }

  /** After trouble: waits until late answers have come and gone. @throws LineError `restless` */
  async settle(limit: Limit): Promise<void> {
    if (this.settings.kind === 'tcp') return await this.#hangUp();
    await this.#fallSilent(this.#manners.quiet, limit);
    this.#heard = Buffer.alloc(0);
  }

  async close(): Promise<void> {
    await this.#hangUp();
  }

  async #fallSilent(silence: number, limit: Limit): Promise<void> {
    if (this.settings.kind === 'tcp') return;
    const end = performance.now() + this.#manners.restless;
    for (;;) {
      const wait = this.#heardAt + silence - performance.now();
      if (wait <= 0) return;
      if (performance.now() > end) throw new LineError('restless', 'the line does not fall silent: is it shared?');
      await pause(wait, limit);
    }
  }

  #succeeded(dialogue: Dialogue, answer: Answer): void {
    this.#answers += 1;
    if (this.#answers > 1) this.#endedAfterOne = 0;
    // An exception has no length of its own: whoever gets one asks twice.
    if (this.settings.kind === 'rtu' && 'registers' in answer) this.#shun(dialogue, this.#manners.echo);
  }

  async #failed(dialogue: Dialogue, error: unknown, log: Log): Promise<void> {
    this.#shun(dialogue, this.#manners.owed);
    // The time that the answer would have had counts as noise: silence is measured from now on.
    this.#heardAt = performance.now();
    const trouble = error instanceof LineError ? error.trouble : undefined;
    // A connection that ended takes its answers with it, a serial line does not.
    if (trouble !== 'gone' || this.settings.kind === 'rtu') this.#doubtful = true;
    if (this.settings.kind === 'rtu') return;
    if (trouble === 'silent' && this.#answers === 1) this.#suspect(log);
    this.#hurried = false;
    await this.#hangUp();
  }

  #shun({ request, count }: Dialogue, ms: number): void {
    if (count === undefined) return;
    const [unit = 0] = request.body;
    const shape = shapeOf(unit, count);
    this.#taken.set(shape, Math.max(this.#taken.get(shape) ?? 0, performance.now() + ms));
  }

  /** A connection that ends after its first answer is how a SmartConnect port behaves. */
  #suspect(log: Log): void {
    if (this.settings.kind !== 'tcp' || this.settings.smartConnect !== 'auto' || this.#single) return;
    this.#endedAfterOne += 1;
    if (this.#endedAfterOne < convincing) return;
    this.#single = true;
    log('info', 'it answers one request a connection, as SmartConnect ports do: taking one connection a request');
  }

  async #open(limit: Limit, log: Log): Promise<Wire> {
    if (this.#wire !== undefined && !(await this.#wire.isCurrent())) await this.#hangUp();
    if (this.#wire !== undefined) return this.#wire;
    const sinceClosed = performance.now() - this.#closedAt;
    if (this.settings.kind === 'tcp' && (this.#single || !this.#hurried))
      await pause(this.#manners.reconnect - sinceClosed, limit);
    try {
      return await this.#connect(limit, log);
    } catch (error) {
      const soon = this.settings.kind === 'tcp' && this.#hurried && sinceClosed < this.#manners.reconnect;
      if (!soon || !(error instanceof LineError) || error.trouble !== 'open') throw error;
      // A SmartConnect port takes no second connection at once.
      await pause(this.#manners.reconnect, limit);
      return await this.#connect(limit, log);
    }
  }

  async #connect(limit: Limit, log: Log): Promise<Wire> {
    const patience = Math.max(1, Math.min(5000, limit.left()));
    const listener = {
      data: (bytes: Buffer) => this.#hear(bytes),
      gone: (reason: string) => this.#gone(reason, log),
    };
    this.#heard = Buffer.alloc(0);
    this.#answers = 0;
    const wire = await this.#dial(listener, patience, limit.signal);
    if (!(await wire.isCurrent())) {
      await wire.close();
      throw new LineError('gone', 'it went away at once');
    }
    this.#wire = wire;
    this.#hurried = true;
    return wire;
  }

  #hear(bytes: Buffer): void {
    this.#heardAt = performance.now();
    const heard = this.#heard.length === 0 ? bytes : Buffer.concat([this.#heard, bytes]);
    if (this.#exchange !== undefined) this.#heard = this.#exchange.hear(heard);
    // Between exchanges a serial line owes nothing; a connection may be in the middle of a frame.
    else this.#heard = this.settings.kind === 'rtu' ? Buffer.alloc(0) : heard.subarray(-1024);
  }

  #gone(reason: string, log: Log): void {
    this.#wire = undefined;
    this.#closedAt = performance.now();
    if (this.#answers === 1) this.#suspect(log);
    this.#hurried = false;
    this.#exchange?.fail(new LineError('gone', reason));
  }

  async #hangUp(): Promise<void> {
    const wire = this.#wire;
    if (wire === undefined) return;
    this.#wire = undefined;
    this.#closedAt = performance.now();
    await wire.close();
  }
}

function shapeOf(unit: number, count: number): string {
  return `${unit}/${count}`;
}

interface Shared {
  readonly line: Line;
  users: number;
}

/** The lines of this process, by their key: two units on one line must never have a line each. */
const lines = new Map<string, Shared>();
/** Lines that are being closed: a serial port can be opened again only then. */
const closing = new Map<string, Promise<void>>();

/** The line of these settings, made at first use. @throws LineError `open` when a unit on it has other settings */
export function joinLine(settings: LineSettings): Line {
  const key = lineKey(settings);
  const found = lines.get(key);
  if (found !== undefined) {
    if (JSON.stringify(found.line.settings) !== JSON.stringify(settings))
      throw new LineError('open', 'another UPS on the same line has other settings for it: give both the same');
    found.users += 1;
    return found.line;
  }
  const dial = settings.kind === 'tcp' ? tcpDial(settings.host, settings.port) : serialDial(settings);
  const patient: Dial = async (listener, ms, signal) => {
    await closing.get(key);
    return await dial(listener, ms, signal);
  };
  const line = new Line(settings, patient, politeManners);
  lines.set(key, { line, users: 1 });
  return line;
}

/** The last one to leave closes the line. */
export async function leaveLine(line: Line): Promise<void> {
  const key = lineKey(line.settings);
  const found = lines.get(key);
  if (found === undefined || found.line !== line) return;
  found.users -= 1;
  if (found.users > 0) return;
  lines.delete(key);
  const closed = line.close().finally(() => {
    if (closing.get(key) === closed) closing.delete(key);
  });
  closing.set(key, closed);
  await closed;
}
