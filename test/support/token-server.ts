/** A real OAuth2 provider in the process: a token endpoint (RFC 6749), and introspection for a server that asks who it is. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenServerOptions {
  /** Empty: an application without one. */
  readonly clientSecret?: string;
  /** The refresh token that is taken at first. */
  readonly refreshToken?: string;
  /** Whose mailbox the tokens open. */
  readonly user?: string;
  /** Each refresh token is good for one use, and brings the next one. */
  readonly rotating?: boolean;
  /** What a server is told that asks about a token which is not good (any more). Default: what RFC 7662 says. */
  readonly unknown?: TokenReplyOf;
}

export interface TokenReplyOf {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class TokenServer {
  /** The fields of every request so far. */
  readonly requests: Record<string, string>[] = [];
  /** Access tokens that are good now. */
  readonly good = new Set<string>();
  /** Seconds that a token lives, as it is said. */
  lifetime: unknown = 3600;
  /** What is answered instead, while it is set. */
  instead: TokenReplyOf | undefined;
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve();
  refreshToken: string;
  readonly #options: TokenServerOptions;
  readonly #server: http.Server;
  #count = 0;

  private constructor(options: TokenServerOptions) {
    this.#options = options;
    this.refreshToken = options.refreshToken ?? 'refresh-0-never-shown';
    this.#server = http.createServer((request, response) => {
      this.#answer(request).then(
        ({ status, body, headers }) => {
          // A connection that is kept could end just when the next question is on its way.
          response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers });
          response.end(typeof body === 'string' ? body : JSON.stringify(body));
        },
        () => response.destroy(),
      );
    });
  }

  static async start(options: TokenServerOptions = {}): Promise<TokenServer> {
    const server = new TokenServer(options);
    await server.listen();
    return server;
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/token`;
  }

  /** A server asks here, with the token it was given, whose it is. */
  get introspectionUrl(): string {
    return `http://127.0.0.1:${this.port}/introspect`;
  }

  /** Every token so far is withdrawn. */
  revoke(): void {
    this.good.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: http.IncomingMessage): Promise<TokenReplyOf> {
    if (request.url?.startsWith('/introspect')) return this.#introspect(request);
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const form = Object.fromEntries(new URLSearchParams(text));
    this.requests.push(form);
    await this.gate;
    return this.instead ?? this.#grant(form);
  }

  #grant(form: Record<string, string>): TokenReplyOf {
    const { clientSecret = 'client-secret-never-shown', rotating = false } = this.#options;
    if ((form['client_secret'] ?? '') !== clientSecret) return { status: 401, body: { error: 'invalid_client' } };
    const byUser = form['grant_type'] === 'refresh_token';
    if (byUser && form['refresh_token'] !== this.refreshToken) return { status: 400, body: { error: 'invalid_grant' } };
    this.#count += 1;
    const token = `access-${this.#count}-never-shown`;
    this.good.add(token);
    if (byUser && rotating) this.refreshToken = `refresh-${this.#count}-never-shown`;
    const body = { access_token: token, token_type: 'Bearer', expires_in: this.lifetime };
    return { status: 200, body: byUser && rotating ? { ...body, refresh_token: this.refreshToken } : body };
  }

  #introspect({ headers }: http.IncomingMessage): TokenReplyOf {
    const token = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    const unknown = this.#options.unknown ?? { status: 200, body: { active: false, email: '' } };
    if (!this.good.has(token)) return unknown;
    return { status: 200, body: { active: true, email: this.#options.user } };
  }
}
