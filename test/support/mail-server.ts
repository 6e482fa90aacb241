/**
 * Debian's postfix and dovecot as a private mail server on loopback: submission with STARTTLS and login, SMTPS, IMAP with
 * STARTTLS and IMAPS, mailboxes that really deliver, and bounces. Needs root, postfix, dovecot-imapd, dovecot-lmtpd and openssl.
 */
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

export interface MailServerOptions {
  /** Addresses with a mailbox. */
  readonly mailboxes: readonly string[];
  /** Addresses that are taken, and come back for good (RFC 3464) since there is no mailbox behind them. */
  readonly bouncing?: readonly string[];
  /** Takes access tokens as well, by these SASL mechanisms, and asks a provider whose they are (RFC 7662). */
  readonly tokens?: { readonly introspectionUrl: string; readonly mechanisms: 'xoauth2' | 'xoauth2 oauthbearer' };
}

export interface Ports {
  /** Submission: STARTTLS, then login. */
  readonly submission: number;
  readonly smtps: number;
  /** Takes mail for its own mailboxes from everybody, as a server in the world does. */
  readonly mx: number;
  /** STARTTLS. */
  readonly imap: number;
  readonly imaps: number;
}

const host = '127.0.0.1';
/** The account that owns the mail folders; Debian has it on every machine. */
const owner = 'nobody';

export class MailServer {
  readonly host = host;
  readonly ports: Ports;
  /** The login of each mailbox is its address, with this password. */
  readonly password = `pw-${randomUUID()}`;
  /** PEM file with the authority of the server's certificate. */
  readonly caFile: string;
  readonly #folder: string;

  private constructor(folder: string, ports: Ports) {
    this.#folder = folder;
    this.ports = ports;
    this.caFile = join(folder, 'tls/ca.pem');
  }

  /** Starts both; settles when they listen. */
  static async start(options: MailServerOptions): Promise<MailServer> {
    const folder = await mkdtemp(join(tmpdir(), 'mail-server-'));
    await chmod(folder, 0o755);
    const [submission, smtps, mx, imap, imaps] = (await freePorts(5)) as [number, number, number, number, number];
    const server = new MailServer(folder, { submission, smtps, mx, imap, imaps });
    await server.#start(options);
    return server;
  }

  async #start(options: MailServerOptions): Promise<void> {
    const folder = this.#folder;
    for (const name of ['tls', 'postfix', 'queue', 'data', 'dovecot', 'mail']) await mkdir(join(folder, name));
    await certificates(join(folder, 'tls'));
    await exec('chown', [owner, join(folder, 'mail')]);
    await exec('chown', ['postfix', join(folder, 'data')]);
    await writeFile(join(folder, 'postfix/main.cf'), mainCf(folder, options));
    await writeFile(join(folder, 'postfix/master.cf'), masterCf(this.ports));
    await writeFile(join(folder, 'users'), await this.#users(options.mailboxes));
    await writeFile(join(folder, 'oauth2.conf'), oauth2Conf(options));
    await writeFile(join(folder, 'dovecot.conf'), dovecotConf(folder, this.ports, options));
    await this.#daemon('dovecot', '-c', join(folder, 'dovecot.conf'));
    await this.#daemon('postfix', '-c', join(folder, 'postfix'), 'start');
  }

  /** A program that goes on in the background: it would keep a pipe to us open. */
  async #daemon(program: string, ...args: string[]): Promise<void> {
    const child = spawn(program, args, { stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`${program} does not start (${code}):\n${await this.log()}`);
  }

  async #users(mailboxes: readonly string[]): Promise<string> {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => (await exec('id', [flag, owner])).stdout.trim()),
    );
    return mailboxes
      .map((address) => `${address}:{PLAIN}${this.password}:${uid}:${gid}::${join(this.#folder, 'mail', address)}::\n`)
      .join('');
  }

  /** What both wrote to their logs, for a test that fails. */
  async log(): Promise<string> {
    const read = async (name: string): Promise<string> =>
      await readFile(join(this.#folder, name), 'utf8').catch(() => '');
    return `${await read('maillog')}\n${await read('dovecot.log')}`;
  }

  /** Ends dovecot, and with it each connection. */
  async stopImap(): Promise<void> {
    const pidFile = join(this.#folder, 'dovecot/master.pid');
    await exec('doveadm', ['-c', join(this.#folder, 'dovecot.conf'), 'stop']).catch(() => {});
    while (await readFile(pidFile).catch(() => undefined)) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async startImap(): Promise<void> {
    await this.#daemon('dovecot', '-c', join(this.#folder, 'dovecot.conf'));
  }

  /** Lays so many mails into a mailbox, before it is opened for the first time. */
  async fill(mailbox: string, count: number): Promise<void> {
    const maildir = join(this.#folder, 'mail', mailbox);
    for (const name of ['cur', 'new', 'tmp']) await mkdir(join(maildir, name), { recursive: true });
    const put = async (n: number): Promise<void> => {
      const file = join(maildir, 'cur', `${1_700_000_000 + n}.M${n}.test:2,`);
      await writeFile(file, `From: someone@x.example\nSubject: ${n}\n\n${'x'.repeat(500)}\n`);
    };
    const atOnce = 200;
    for (let first = 0; first < count; first += atOnce)
      await Promise.all(Array.from({ length: Math.min(atOnce, count - first) }, (_, n) => put(first + n)));
    await exec('chown', ['-R', owner, maildir]);
  }

  /** Makes a folder of a mailbox that can be read, and not changed. */
  async addReadOnly(mailbox: string, name: string): Promise<void> {
    const folder = join(this.#folder, 'mail', mailbox, `.${name}`);
    for (const part of ['cur', 'new', 'tmp']) await mkdir(join(folder, part), { recursive: true });
    await exec('chmod', ['-R', 'a=rX', folder]);
  }

  /** Stops both and removes everything. */
  async stop(): Promise<void> {
    const folder = this.#folder;
    await exec('postfix', ['-c', join(folder, 'postfix'), 'stop']).catch(() => {});
    await exec('doveadm', ['-c', join(folder, 'dovecot.conf'), 'stop']).catch(() => {});
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, host, () => {
            const address = server.address();
            resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** An authority of its own, and a certificate for localhost. */
async function certificates(folder: string): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const run = async (...args: string[]): Promise<void> => void (await exec('openssl', args, { cwd: folder }));
  await run('req', '-x509', ...key, '-days', '30', '-subj', '/CN=Test CA', '-keyout', 'ca.key', '-out', 'ca.pem');
  await run('req', ...key, '-subj', '/CN=localhost', '-keyout', 'key.pem', '-out', 'request.pem');
  await writeFile(join(folder, 'names'), `subjectAltName=DNS:localhost,IP:${host}`);
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '30', '-extfile', 'names', '-out', 'cert.pem'];
  await run('x509', '-req', '-in', 'request.pem', ...signed);
}

function mainCf(folder: string, { mailboxes, bouncing = [] }: MailServerOptions): string {
  const addresses = [...mailboxes, ...bouncing];
  const domains = [...new Set(addresses.map((address) => address.split('@')[1]))];
  return `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = ${folder}/maillog
maillog_file_prefixes = ${folder}
myhostname = mail.test.example
mydomain = test.example
inet_interfaces = ${host}
inet_protocols = ipv4
mynetworks =
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = ${domains.join(', ')}
virtual_mailbox_maps = inline:{ ${addresses.map((address) => `${address}=x`).join(', ')} }
virtual_transport = lmtp:unix:${folder}/dovecot/lmtp
default_transport = error:5.7.1 this server sends nothing out
smtpd_tls_cert_file = ${folder}/tls/cert.pem
smtpd_tls_key_file = ${folder}/tls/key.pem
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${folder}/dovecot/auth-postfix
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
recipient_delimiter = +
`;
}

function masterCf({ submission, smtps, mx }: Ports): string {
  const login = '-o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject';
  return `
${host}:${mx} inet n - n - - smtpd
${host}:${submission} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt -o smtpd_tls_auth_only=yes ${login}
${host}:${smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes ${login}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 5 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}

/** How dovecot learns whose a token is. */
function oauth2Conf({ tokens }: MailServerOptions): string {
  return `
introspection_url = ${tokens?.introspectionUrl ?? ''}
introspection_mode = auth
force_introspection = yes
username_attribute = email
active_attribute = active
active_value = true
`;
}

function dovecotConf(folder: string, { imap, imaps }: Ports, { tokens }: MailServerOptions): string {
  const byToken = `passdb {
  driver = oauth2
  mechanisms = ${tokens?.mechanisms}
  args = ${folder}/oauth2.conf
}`;
  const database = `{
  driver = passwd-file
  args = username_format=%u ${folder}/users
}`;
  return `
base_dir = ${folder}/dovecot
log_path = ${folder}/dovecot.log
protocols = imap lmtp
listen = ${host}
ssl = required
ssl_cert = <${folder}/tls/cert.pem
ssl_key = <${folder}/tls/key.pem
auth_mechanisms = plain login ${tokens?.mechanisms ?? ''}
${tokens ? byToken : ''}
mail_location = maildir:${folder}/mail/%u
mail_uid = ${owner}
first_valid_uid = 100
last_valid_uid = 0
first_valid_gid = 1
recipient_delimiter = +
namespace inbox {
  inbox = yes
}
passdb ${database}
userdb ${database}
service imap-login {
  inet_listener imap {
    port = ${imap}
  }
  inet_listener imaps {
    port = ${imaps}
    ssl = yes
  }
}
service lmtp {
  unix_listener lmtp {
    mode = 0666
  }
}
service auth {
  unix_listener auth-postfix {
    mode = 0666
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
`;
}
