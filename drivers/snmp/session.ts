/**
 * The only place that touches net-snmp. It turns its callbacks into promises that always settle, its foreign errors
 * into DriverError, and keeps one session a device: an SNMPv3 session holds the engine's identity and clock.
 */
import { lookup } from 'node:dns/promises';
import snmp from 'net-snmp';
import { type DriverContext, DriverError } from '../contract.ts';
import { canonical } from './address.ts';
import type { Access } from './options.ts';
import { Port } from './socket.ts';
import './usm.ts';

/** Where a device is, and how patient to be. */
export interface Target {
  /** The unit's name, for messages. */
  readonly ups: string;
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly record?: DriverContext['record'];
}

export interface Request {
  readonly kind: 'get' | 'next' | 'bulk';
  readonly oids: readonly string[];
  /** For `bulk`. */
  readonly repetitions?: number;
}

/** What the agent answered, errors included: they are part of the protocol (v1 tells missing objects that way). */
export interface Answer {
  /** error-status: 0 none, 1 tooBig, 2 noSuchName … */
  readonly status: number;
  /** error-index: 1 is the first object of the request, 0 is none. */
  readonly index: number;
  readonly varbinds: readonly { readonly oid: string; readonly value: unknown; readonly exception: boolean }[];
}

/** How long one request may take, and who may stop it. */
export interface Limit {
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
}

type RawSession = InstanceType<typeof snmp.Session>;
type ResponseHook = RawSession['onSimpleGetResponse'];
/** Begins one exchange on net-snmp's own session; `done` is its callback. */
type Begin = (session: RawSession, done: (error: Error | null) => void) => void;

interface Open {
  readonly session: RawSession;
  readonly port: Port;
  answer: Answer | undefined;
}

/** SNMPv3: the session and the card disagree about the card's engine or clock. A new session settles it. */
class OutOfStep extends Error {}

const unreachableSends: ReadonlySet<string> = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);

export class SnmpSession {
  readonly #target: Target;
  readonly #access: Access;
  #open: Open | undefined;
  #closed = false;

  constructor(target: Target, access: Access) {
    this.#target = target;
    this.#access = access;
  }

  get version(): Access['version'] {
    return this.#access.version;
  }

  /**
   * One request and its answer; never more than one at a time.
   * @throws DriverError: `timeout` when nothing came back, `unreachable` when nothing could be sent, `auth`, `protocol`
   */
  async ask(request: Request, limit: Limit): Promise<Answer> {
    const oids = [...request.oids];
    return await this.exchange((session, done) => {
      if (request.kind === 'get') session.get(oids, done);
      else if (request.kind === 'next') session.getNext(oids, done);
      else session.getBulk(oids, 0, request.repetitions ?? 10, done);
    }, limit);
  }

  /** The same for whatever kind of exchange `begin` begins. */
  async exchange(begin: Begin, limit: Limit): Promise<Answer> {
    const until = performance.now() + limit.ms;
    try {
      return await this.#ask(begin, limit);
    } catch (error) {
      if (!(error instanceof OutOfStep)) throw error;
      this.reset();
    }
    try {
      return await this.#ask(begin, { ...limit, ms: Math.max(1, until - performance.now()) });
    } catch (error) {
      if (!(error instanceof OutOfStep)) throw error;
      this.reset();
      const what = `the card's SNMPv3 engine and clock do not settle (${error.message}); restart the card's management interface`;
      throw this.#error('protocol', what, true, error);
    }
  }

  /** Forgets the SNMPv3 engine, the address of the host name and anything in flight; the next request starts anew. */
  reset(): void {
    const open = this.#open;
    this.#open = undefined;
    try {
      open?.session.close();
    } catch {
      // Closing is best effort: the port is closed below in any case.
    }
    open?.port.close();
  }

  close(): void {
    this.#closed = true;
    this.reset();
  }

  async #ask(begin: Begin, limit: Limit): Promise<Answer> {
    this.#refuseIfOver(limit);
    const started = performance.now();
    const open = this.#open ?? (await this.#connect(limit));
    if (this.#closed) this.reset();
    this.#refuseIfOver(limit);
    const left = Math.max(1, limit.ms - (performance.now() - started));
    return await this.#exchange(open, begin, { ...limit, ms: left });
  }

  #refuseIfOver(limit: Limit): void {
    if (this.#closed) throw this.#error('closed', 'the driver is closed', false);
    if (limit.signal?.aborted === true) throw this.#stopped();
  }

  #stopped(): DriverError {
    return this.#error('closed', 'the poll was stopped', true);
  }

  async #connect(limit: Limit): Promise<Open> {
    const address = await this.#resolve(limit);
    const { port: udpPort, timeoutMs, retries } = this.#target;
    const port = new Port(address, udpPort);
    const options = {
      port: udpPort,
      timeout: timeoutMs,
      retries,
      transport: address.includes(':') ? ('udp6' as const) : ('udp4' as const),
      dgramModule: { createSocket: () => port },
      ...(this.#access.version === '3' && this.#access.context !== undefined && { context: this.#access.context }),
    };
    const session = createSession(address, this.#access, options);
    const open: Open = { session, port, answer: undefined };
    // A malformed datagram ends up here. It is ignored: the real answer may still come, and a deadline stands.
    session.on('error', () => {});
    session.onSimpleGetResponse = this.#hook(open);
    this.#open = open;
    return open;
  }

  /** Takes the whole response, where net-snmp would hand over the error as a text and lose the error index. */
  #hook(open: Open): ResponseHook {
    return (request, message) => {
      const flags = message.msgGlobalData?.msgFlags ?? 0;
      const needed = this.#access.version !== '3' ? 0 : this.#access.priv !== undefined ? 3 : this.#access.auth ? 1 : 0;
      if ((flags & needed) !== needed) {
        const { EResponseNotHandled } = snmp.ResponseInvalidCode;
        request.responseCb(new snmp.ResponseInvalidError('not signed or not encrypted', EResponseNotHandled));
        return;
      }
      const { errorStatus, errorIndex, varbinds } = message.pdu as {
        errorStatus: number;
        errorIndex: number;
        varbinds: readonly { oid: string; value: unknown; type: number }[];
      };
      for (const { oid, value, type } of varbinds)
        if (errorStatus === 0 && type < 128) this.#target.record?.({ key: oid, value: value as Buffer, type });
      open.answer = {
        status: errorStatus,
        index: errorIndex,
        varbinds: varbinds.map(({ oid, value, type }) => ({ oid, value, exception: type >= 128 })),
      };
      request.responseCb(null, []);
    };
  }

  /** Once a session: a name that moves is noticed when the session is made anew after silence. */
  async #resolve(limit: Limit): Promise<string> {
    const host = this.#target.host.replace(/^\[(.*)\]$/, '$1');
    const found = lookup(host, { all: true }).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      const what = `the host name "${host}" cannot be resolved (${why}); check the name and the DNS of this server`;
      throw this.#error('unreachable', what, true, error);
    });
    const late = () => this.#error('unreachable', `the DNS did not answer for the host name "${host}" in time`, true);
    const addresses = await this.#settled(found, limit, late);
    const best = addresses.find((each) => each.family === 4) ?? addresses[0];
    if (best === undefined) throw this.#error('unreachable', `the host name "${host}" has no address`, true);
    return canonical(best.address);
  }

  async #exchange(open: Open, begin: Begin, limit: Limit): Promise<Answer> {
    const { session, port } = open;
    const answered = new Promise<Answer>((resolve, reject) => {
      const done = (error: Error | null) => {
        const { answer } = open;
        open.answer = undefined;
        if (error !== null) reject(this.#convert(error));
        else if (answer === undefined) reject(this.#error('protocol', 'the answer holds nothing', true));
        else resolve(answer);
      };
      port.listen(done);
      try {
        begin(session, done);
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
    try {
      return await this.#settled(answered, limit, () => this.#silence());
    } catch (error) {
      // A deadline of ours leaves net-snmp with the request in flight: only a new session is sure to be clean.
      if (error instanceof DriverError && (error.code === 'timeout' || error.code === 'closed')) this.reset();
      throw error;
    } finally {
      port.mute();
    }
  }

  /** The promise, or the deadline, or the stop: whichever is first. */
  async #settled<T>(promise: Promise<T>, limit: Limit, late: () => DriverError): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let stop: (() => void) | undefined;
    const over = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(late()), limit.ms);
      stop = () => reject(this.#stopped());
      limit.signal?.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([promise, over]);
    } finally {
      clearTimeout(timer);
      if (stop !== undefined) limit.signal?.removeEventListener('abort', stop);
    }
  }

  /** Foreign errors become ours. Their `info` may hold passphrases: nothing of them but the message is kept. */
  #convert(error: Error): Error {
    const code = 'code' in error ? error.code : undefined;
    if (error.name === 'RequestTimedOutError') return this.#silence();
    if (this.#closed) return this.#error('closed', 'the driver is closed', false);
    if (typeof code === 'string' && code.startsWith('ERR_'))
      return this.#error('protocol', `the request cannot be made (${error.message})`, false, error);
    if (typeof code === 'string') return this.#sendFailure(error, code);
    if (/not in time window|outside the time window|unknown engine/i.test(error.message))
      return new OutOfStep(error.message);
    if (code === snmp.ResponseInvalidCode.EAuthFailure || code === snmp.ResponseInvalidCode.ECouldNotDecrypt)
      return this.#refusal(error);
    return this.#error('protocol', `the card's answer cannot be used (${error.message})`, true, error);
  }

  #silence(): DriverError {
    const { host, port } = this.#target;
    return this.#error('timeout', `no answer from ${host} port ${port} (SNMP ${this.#access.version})`, true);
  }

  #sendFailure(error: Error, code: string): DriverError {
    const { host, port } = this.#target;
    const advice = unreachableSends.has(code)
      ? 'this server has no route to it: check the address and the network'
      : 'check the firewall and the network of this server';
    return this.#error('unreachable', `cannot send to ${host} port ${port} (${code}); ${advice}`, true, error);
  }

  #refusal(error: Error): DriverError {
    const text = error.message;
    const user = this.#access.version === '3' ? this.#access.user : '';
    let what = `the card refuses the SNMPv3 user "${user}" (${text.split(' received in message')[0]})`;
    if (/unknown user/i.test(text)) what = `the card does not know the SNMPv3 user "${user}"; check \`user\``;
    else if (/wrong digest|digest/i.test(text))
      what = `the SNMPv3 authentication of user "${user}" fails; check \`authPassword\` and \`authProtocol\``;
    else if (/decrypt/i.test(text))
      what = `the SNMPv3 privacy of user "${user}" fails; check \`privPassword\` and \`privProtocol\``;
    else if (/security level/i.test(text))
      what = `the card does not allow this security level for the SNMPv3 user "${user}"; compare authentication and privacy with the card's profile`;
    return this.#error('auth', what, false, error);
  }

  #error(code: DriverError['code'], what: string, retry: boolean, cause?: unknown): DriverError {
    const plain = cause instanceof Error ? new Error(cause.message) : undefined;
    return new DriverError(code, `${this.#target.ups}: ${what}`, { retry, ...(plain && { cause: plain }) });
  }
}

type Options = NonNullable<Parameters<typeof snmp.Session.create>[2]>;

function createSession(address: string, access: Access, options: Omit<Options, 'version'>): RawSession {
  if (access.version !== '3') {
    const version = access.version === '1' ? snmp.Version1 : snmp.Version2c;
    return snmp.Session.create(address, access.community, { ...options, version });
  }
  const { user: name, auth, priv } = access;
  const { noAuthNoPriv, authNoPriv, authPriv } = snmp.SecurityLevel;
  const level = auth === undefined ? noAuthNoPriv : priv === undefined ? authNoPriv : authPriv;
  const user = {
    name,
    level,
    ...(auth !== undefined && { authProtocol: snmp.AuthProtocols[auth.protocol], authKey: auth.password }),
    ...(priv !== undefined && { privProtocol: snmp.PrivProtocols[priv.protocol], privKey: priv.password }),
  };
  return snmp.Session.createV3(address, user, { ...options, version: snmp.Version3 });
}
