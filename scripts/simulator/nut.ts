/** A simulated NUT server (upsd, RFC 9271) with the UPS that a test or the demo gives it. Its values are synthetic. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Variables of one UPS, or the error that upsd answers in their place. */
export type SimulatedVariables = Readonly<Record<string, string>> | string;

export interface SimulatedUpsd extends AsyncDisposable {
  readonly port: number;
  readonly units: Map<string, SimulatedVariables>;
  /** Every line that clients sent, in order. */
  readonly heard: string[];
  /** Connections taken so far. */
  connections(): number;
  /** Variables that may be written, by UPS, and what becomes of it: an error's name, or what is stored in its place. */
  writing:
    | ((ups: string, name: string, text: string) => { readonly error: string } | { readonly stored: string })
    | undefined;
  /** Variables that LIST RW names. */
  writable: readonly string[];
  /** What is done with a question in place of an answer; `undefined` answers it. */
  misbehave: ((line: string, socket: Socket) => 'handled' | undefined) | undefined;
  /** Ends every connection, as upsd does after a minute of silence. */
  hangUp(): void;
}

export interface UpsdOptions {
  /** Without it STARTTLS is refused. */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
  /** Without this user's name and password everything else is denied. */
  readonly access?: { readonly user: string; readonly password: string };
  readonly units?: Readonly<Record<string, SimulatedVariables>>;
  /** How long an answer takes to arrive. */
  readonly delayMs?: number;
}

const escaped = (text: string): string => text.replaceAll(/["\\]/g, '\\$&');
const unescaped = (text: string): string => text.replace(/^"(.*)"$/, '$1').replaceAll(/\\(.)/g, '$1');

export async function startUpsd(options: UpsdOptions = {}): Promise<SimulatedUpsd> {
  const units = new Map(Object.entries(options.units ?? {}));
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  let taken = 0;
  const server = createServer((socket) => {
    taken += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, { user: '', password: '' });
  });

  function serve(socket: Socket, known: { user: string; password: string }): void {
    let rest = '';
    socket.on('error', () => socket.destroy());
    const hear = (chunk: Buffer) => {
      rest += chunk.toString();
      for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 1);
        heard.push(line);
        if (simulated.misbehave?.(line, socket) === 'handled') continue;
        if (line === 'STARTTLS' && options.tls !== undefined) {
          socket.removeListener('data', hear);
          socket.write('OK STARTTLS\n');
          serve(new TLSSocket(socket, { isServer: true, ...options.tls }), known);
          return;
        }
        const words = answer(line, known);
        if (options.delayMs) setTimeout(() => socket.write(words), options.delayMs);
        else socket.write(words);
      }
    };
    socket.on('data', hear);
  }

  function answer(line: string, known: { user: string; password: string }): string {
    const [command = '', what = '', ups = ''] = line.split(' ');
    if (command === 'STARTTLS') return 'ERR FEATURE-NOT-CONFIGURED\n';
    if (command === 'USERNAME') known.user = unescaped(line.slice(9));
    if (command === 'PASSWORD') known.password = unescaped(line.slice(9));
    if (command === 'USERNAME' || command === 'PASSWORD') return 'OK\n';
    const { access } = options;
    if (access !== undefined && (known.user !== access.user || known.password !== access.password))
      return 'ERR ACCESS-DENIED\n';
    if (command === 'SET') return set(line, known);
    if (command !== 'LIST') return 'ERR UNKNOWN-COMMAND\n';
    if (what === 'UPS') {
      const lines = [...units.keys()].map((name) => `UPS ${name} "synthetic"\n`);
      return `BEGIN LIST UPS\n${lines.join('')}END LIST UPS\n`;
    }
    const variables = units.get(ups);
    if (variables === undefined) return 'ERR UNKNOWN-UPS\n';
    if (typeof variables === 'string') return `ERR ${variables}\n`;
    if (what === 'RW') {
      const found = simulated.writable.filter((name) => Object.hasOwn(variables, name));
      const lines = found.map((name) => `RW ${ups} ${name} "${escaped(variables[name] ?? '')}"\n`);
      return `BEGIN LIST RW ${ups}\n${lines.join('')}END LIST RW ${ups}\n`;
    }
    const lines = Object.entries(variables).map(([name, value]) => `VAR ${ups} ${name} "${escaped(value)}"\n`);
    return `BEGIN LIST VAR ${ups}\n${lines.join('')}END LIST VAR ${ups}\n`;
  }

  function set(line: string, known: { user: string }): string {
    const [, ups = '', name = '', text = ''] = /^SET VAR (\S+) (\S+) (".*")$/.exec(line) ?? [];
    const variables = units.get(ups);
    if (known.user === '') return 'ERR USERNAME-REQUIRED\n';
    if (typeof variables !== 'object') return 'ERR UNKNOWN-UPS\n';
    if (simulated.writing === undefined || !simulated.writable.includes(name)) return 'ERR READONLY\n';
    const fate = simulated.writing(ups, name, unescaped(text));
    if ('error' in fate) return `ERR ${fate.error}\n`;
    units.set(ups, { ...variables, [name]: fate.stored });
    return 'OK\n';
  }

  const simulated: SimulatedUpsd = {
    get port() {
      return (server.address() as AddressInfo).port;
    },
    units,
    heard,
    connections: () => taken,
    writing: undefined,
    writable: [],
    misbehave: undefined,
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return simulated;
}
