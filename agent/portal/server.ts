/** The web page of a running agent: listens, follows the config, and never stands in the way of the rest. */
import { formatListen, type ListenAddress, type PortalConfig } from '../../config/config.ts';
import type { Cancel, Timers } from '../polling/timers.ts';
import { Guesses } from './access/guesses.ts';
import { LoginLimiter } from './access/limiter.ts';
import { type RefusalKind, Refusals } from './access/refusals.ts';
import { accessRules } from './access/rules.ts';
import { newSeal } from './access/seal.ts';
import { Sessions } from './access/sessions.ts';
import { type Answerer, createApp } from './app.tsx';
import type { Arrival, PortalDesk, RouteModule } from './desk.ts';
import { Listener } from './listener.ts';
import { modules as allModules } from './modules.ts';

export interface PortalParts {
  readonly desk: PortalDesk;
  readonly timers: Timers;
  /** Told of each refusal, for the figures. */
  readonly refused?: (kind: RefusalKind) => void;
  readonly modules?: readonly RouteModule[];
}

/** What is open, or would be if nothing stood in its way. */
interface Door {
  readonly address: ListenAddress;
  readonly publicOnly: boolean;
  listener?: Listener;
  cancel?: Cancel;
  opening?: Promise<void>;
  closed?: true;
  /** Why it is not open. */
  trouble?: string;
}

/** A port that is taken may become free. */
const againMs = 30_000;
/** The start has other things to do first. */
const prepareAfterMs = 2000;

export class Portal {
  readonly #parts: PortalParts;
  readonly #sessions: Sessions;
  readonly #limiter: LoginLimiter;
  readonly #refusals: Refusals;
  readonly #guesses: Guesses;
  readonly #seal = newSeal();
  #answer: Answerer;
  #password: string | undefined;
  #doors: readonly Door[] = [];
  #preparing: Cancel | undefined;

  constructor(parts: PortalParts) {
    this.#parts = parts;
    const { office } = parts.desk;
    const monotonic = (): number => parts.timers.monotonic();
    this.#sessions = new Sessions({ randomBytes: office.desk.randomBytes, monotonic });
    this.#limiter = new LoginLimiter({ monotonic });
    this.#guesses = new Guesses(monotonic);
    this.#refusals = new Refusals(office.desk.log, parts.refused ?? (() => {}));
    this.#answer = this.#build(office.config.portal);
  }

  /** Opens what the config asks for. Never throws: what cannot be opened is logged and tried again. */
  async follow(config: PortalConfig): Promise<void> {
    if (config.passwordHash?.reveal() !== this.#password) this.#sessions.endAll();
    this.#answer = this.#build(config);
    const wanted = config.enabled ? doorsOf(config) : [];
    const isSame = (one: Door, other: Door): boolean =>
      formatListen(one.address) === formatListen(other.address) && one.publicOnly === other.publicOnly;
    const kept = this.#doors.filter((door) => wanted.some((each) => isSame(each, door)));
    const fresh = wanted.filter((door) => !kept.some((each) => isSame(each, door)));
    const gone = this.#doors.filter((door) => !kept.includes(door));
    this.#doors = [...kept, ...fresh];
    // Not waited for: it may be a request through such a door that asks for this.
    for (const door of gone) void close(door);
    for (const door of fresh) door.opening = this.#open(door);
    if (fresh.length > 0)
      this.#preparing ??= this.#parts.timers.after('prepare', prepareAfterMs, () => this.#prepare());
    await this.settled();
  }

  /** When each try to listen that is under way has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#doors.map(({ opening }) => opening));
  }

  /** Ends the requests under way and closes. */
  async stop(): Promise<void> {
    const doors = this.#doors;
    this.#doors = [];
    this.#preparing?.();
    for (const { end } of this.#parts.modules ?? allModules) end?.(this.#parts.desk);
    await Promise.all(doors.map(close));
  }

  /** Answers one request. @param publicOnly it came in where nothing but the public pages is served */
  async answer(request: Request, arrival: Arrival, publicOnly = false): Promise<Response> {
    return await this.#answer(request, arrival, publicOnly);
  }

  /** The addresses at which it listens now, as URLs. */
  get addresses(): string[] {
    return this.#doors.flatMap(({ address, listener, publicOnly }) =>
      listener === undefined || publicOnly ? [] : [`http://${formatListen({ ...address, port: listener.port })}`],
    );
  }

  /** Why it does not listen where the config says so. */
  get troubles(): string[] {
    return this.#doors.flatMap(({ trouble }) => trouble ?? []);
  }

  /** What was refused since the start, by kind. */
  refusals(): Readonly<Record<RefusalKind, number>> {
    return this.#refusals.counts();
  }

  #prepare(): void {
    for (const { prepare } of this.#parts.modules ?? allModules) prepare?.(this.#parts.desk);
  }

  #build(config: PortalConfig): Answerer {
    this.#password = config.passwordHash?.reveal();
    return createApp({
      desk: this.#parts.desk,
      rules: accessRules(config),
      sessions: this.#sessions,
      limiter: this.#limiter,
      refusals: this.#refusals,
      guesses: this.#guesses,
      seal: this.#seal,
      modules: this.#parts.modules ?? allModules,
    });
  }

  async #open(door: Door): Promise<void> {
    const { log } = this.#parts.desk.office.desk;
    try {
      const listener = await Listener.open(door.address, (request, arrival) =>
        this.answer(request, arrival, door.publicOnly),
      );
      door.listener = listener;
      delete door.trouble;
      if (door.closed) return;
      const url = `http://${formatListen({ ...door.address, port: listener.port })}`;
      log('info', 'portal.listening', `${door.publicOnly ? 'The public pages are' : 'The page is'} at ${url}.`, {
        url,
      });
    } catch (error) {
      const why = reasonOf(error, door.address);
      if (why !== door.trouble)
        log('error', 'portal.not-listening', `The page is not there: ${why}. It is tried again.`);
      door.trouble = why;
      if (door.closed) return;
      door.cancel = this.#parts.timers.after('portal', againMs, () => {
        door.opening = this.#open(door);
      });
    }
  }
}

function doorsOf({ listen, publicListen }: PortalConfig): Door[] {
  return [
    { address: listen, publicOnly: false },
    ...(publicListen ? [{ address: publicListen, publicOnly: true }] : []),
  ];
}

async function close(door: Door): Promise<void> {
  door.closed = true;
  door.cancel?.();
  await door.opening;
  await door.listener?.close();
}

function reasonOf(error: unknown, address: ListenAddress): string {
  const at = formatListen(address);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `another program listens at ${at}; write another port in portal.listen`;
    case 'EACCES':
      return `this user may not listen at ${at}; write a port above 1023 in portal.listen`;
    case 'EADDRNOTAVAIL':
      return `this machine does not have the address ${at} (yet)`;
    default:
      return `${at}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
