/** What only shows when several keys are seen together. Works on the raw tree, so that no other mistake hides these. */
import { isRecord, type Tree } from './input.ts';
import { checkOAuth2 } from './oauth2.ts';
import type { Finding, Path } from './problem.ts';
import type { Drivers } from './schema.ts';
import {
  isLoopback,
  type MailServer,
  Mistake,
  readAddress,
  readDate,
  readListen,
  readMailboxUrl,
  readMailUrl,
} from './values.ts';

/** Options that say how a device is treated, not which one it is. */
const manners: ReadonlySet<string> = new Set(['timeout', 'retries', 'writeCommunity']);

/** Mistakes and warnings over several keys. */
export function crossCheck(root: Tree, drivers: Drivers): Finding[] {
  const checks = new CrossCheck(drivers);
  checks.channels(root);
  checks.reseller(root);
  checks.mail(root);
  checks.answers(root);
  checks.findings.push(...checkOAuth2(root));
  checks.portal(root);
  const units = Array.isArray(root['ups']) ? root['ups'] : [];
  for (const [index, unit] of units.entries()) if (isRecord(unit)) checks.unit(unit, index);
  return checks.findings;
}

class CrossCheck {
  readonly findings: Finding[] = [];
  readonly #drivers: Drivers;
  readonly #names = new Map<string, number>();
  readonly #addresses = new Map<string, number>();

  constructor(drivers: Drivers) {
    this.#drivers = drivers;
  }

  channels(root: Tree): void {
    if (root['mail'] !== undefined || root['cloud'] !== undefined) return;
    const reseller = root['reseller'];
    if (isRecord(reseller) && reseller['email'] !== undefined) {
      this.#absent(['reseller'], 'cannot be told anything; write a `mail` or a `cloud` section');
    } else {
      const message = 'nothing can be sent, events are only listed; write a `mail` or a `cloud` section';
      this.findings.push({ severity: 'warning', path: ['mail'], message, missing: true });
    }
  }

  reseller(root: Tree): void {
    const reseller = root['reseller'];
    if (!isRecord(reseller)) return;
    const declined = reseller['notInterested'] === true;
    if (reseller['email'] === undefined && !declined) {
      const message =
        'is missing; write the one address of the reseller, or `notInterested: true` if there shall be none';
      this.#absent(['reseller', 'email'], message);
    }
    if (reseller['email'] !== undefined && declined) {
      this.#error(['reseller', 'notInterested'], 'is true beside an `email`; keep one of the two');
    }
  }

  mail(root: Tree): void {
    const mail = root['mail'];
    if (!isRecord(mail)) return;
    const { user, password, tls } = mail as { user?: unknown; password?: unknown; tls?: unknown };
    if (password !== undefined && user === undefined) {
      this.#absent(['mail', 'user'], 'is missing beside a password; write the user name, or remove the password');
    }
    const byToken = user !== undefined && password === undefined && root['oauth2'] !== undefined;
    if (user !== undefined && password === undefined && !byToken) {
      const message =
        'is missing beside a user; write `passwordFile` with the path of a file that holds it, or a section `oauth2`, or remove the user';
      this.#absent(['mail', 'password'], message);
    }
    const server = typeof mail['url'] === 'string' ? readMailUrl(mail['url']) : undefined;
    if (server === undefined || server instanceof Mistake) return;
    if (server.implicitTls && (tls === 'off' || tls === 'opportunistic')) {
      this.#error(
        ['mail', 'tls'],
        'contradicts smtps://, which is always TLS; remove this line, or write smtp:// in `url`',
      );
    } else if (byToken && !isLoopback(server.host) && (tls === 'off' || tls === 'opportunistic')) {
      this.#error(['mail', 'tls'], 'lets access tokens travel unencrypted; write `required`, or use smtps:// in `url`');
    } else if (password !== undefined && !isLoopback(server.host) && (tls === 'off' || tls === 'opportunistic')) {
      this.#warn(['mail', 'tls'], 'lets the password travel unencrypted; write `required`, or use smtps:// in `url`');
    }
  }

  answers(root: Tree): void {
    const answers = root['answers'];
    if (!isRecord(answers)) return;
    if (root['mail'] === undefined) {
      this.#warn(['answers'], 'is of no use without a `mail` section: no mail leaves that could be answered');
    }
    if (answers['password'] === undefined && root['oauth2'] === undefined) {
      const message =
        'is missing; write `passwordFile` with the path of a file that holds it, or a section `oauth2`, or set UPSTEWARD_ANSWERS_PASSWORD in the environment';
      this.#absent(['answers', 'password'], message);
    }
    const server = typeof answers['url'] === 'string' ? readMailboxUrl(answers['url']) : undefined;
    if (server === undefined || server instanceof Mistake) return;
    const { user = server.user, address, tls } = answers;
    if (server.user !== undefined && answers['user'] !== undefined) {
      this.#error(['answers', 'user'], 'stands in `url` as well; keep one of the two');
    } else if (user === undefined) {
      this.#absent(['answers', 'user'], 'is missing; write the user name of the mailbox');
    } else if (address === undefined && typeof user === 'string' && readAddress(user) instanceof Mistake) {
      this.#absent(
        ['answers', 'address'],
        'is missing, as the user name is no address; write the address of the mailbox',
      );
    }
    this.#answersTls(server, tls, answers['password'] === undefined);
  }

  #answersTls(server: MailServer, tls: unknown, byToken: boolean): void {
    if (server.implicitTls && (tls === 'off' || tls === 'opportunistic')) {
      const message = 'contradicts imaps://, which is always TLS; remove this line, or write imap:// in `url`';
      this.#error(['answers', 'tls'], message);
    } else if (tls === 'opportunistic' && !isLoopback(server.host)) {
      this.#error(
        ['answers', 'tls'],
        'could let the login travel unencrypted; write `required`, or use imaps:// in `url`',
      );
    } else if (tls === 'off' && !isLoopback(server.host) && byToken) {
      this.#error(
        ['answers', 'tls'],
        'lets access tokens travel unencrypted; write `required`, or use imaps:// in `url`',
      );
    } else if (tls === 'off' && !isLoopback(server.host)) {
      this.#warn(
        ['answers', 'tls'],
        'lets the password travel unencrypted; write `required`, or use imaps:// in `url`',
      );
    }
  }

  /** Whoever reaches the page rules the relation with the reseller: from other machines only who is known. */
  portal(root: Tree): void {
    const portal = root['portal'];
    if (!isRecord(portal) || portal['enabled'] === false) return;
    const { listen, publicListen, trustedProxy } = portal;
    const [main, open] = [listen ?? '127.0.0.1:8080', publicListen].map((each) =>
      typeof each === 'string' ? readListen(each) : undefined,
    );
    if (main === undefined || main instanceof Mistake) return;
    const vouched = isRecord(trustedProxy) && trustedProxy['userHeader'] !== undefined;
    if (!isLoopback(main.host) && portal['passwordHash'] === undefined && !vouched) {
      this.#error(
        ['portal', 'listen'],
        'lets everyone in the network rule the page; run `upsteward set-password`, write a `trustedProxy` with a `userHeader`, or listen on 127.0.0.1',
      );
    }
    if (open === undefined || open instanceof Mistake || open.port === 0) return;
    if (open.host === main.host && open.port === main.port) {
      this.#error(['portal', 'publicListen'], 'is the same as `listen`; write another port');
    }
  }

  unit(unit: Tree, index: number): void {
    const path: Path = ['ups', index];
    this.#name(unit['name'], path);
    this.#driver(unit, path, index);
    const battery = datesOf(unit['battery']);
    this.#order(
      battery,
      'installed',
      'replaceBy',
      [...path, 'battery'],
      'the date on which the battery must be replaced',
    );
    const warranty = datesOf(unit['warranty']);
    this.#order(warranty, 'purchased', 'end', [...path, 'warranty'], 'the date on which the warranty ends');
  }

  #name(name: unknown, path: Path): void {
    if (typeof name !== 'string') return;
    const plain = name.trim().normalize();
    const first = this.#names.get(plain);
    if (first === undefined) this.#names.set(plain, Number(path[1]));
    else this.#error([...path, 'name'], `is also the name of ups[${first}]; give each UPS its own name`);
  }

  #driver(unit: Tree, path: Path, index: number): void {
    const known = [...this.#drivers.keys()];
    const used = known.filter((name) => unit[name] !== undefined);
    const all = known.join(', ');
    if (used.length === 0) {
      this.#absent(path, `has no driver; write exactly one of these sections: ${all}`);
    }
    for (const name of used.slice(1)) {
      this.#error(
        [...path, name],
        `is a second driver beside \`${used[0]}\`; keep exactly one of these sections: ${all}`,
      );
    }
    for (const name of used) this.#address(name, unit[name], path, index);
    const [name = ''] = used;
    this.#writing(name, unit, path);
  }

  /** Permission without ability, and ability without permission. */
  #writing(name: string, unit: Tree, path: Path): void {
    const allowed = unit['allowWrite'] === true;
    const cannot = this.#drivers.get(name)?.cannotWrite;
    if (allowed && cannot !== undefined)
      this.#warn([...path, 'allowWrite'], `is true, but nothing can be written: ${cannot}`);
    const section = unit[name];
    if (!allowed && isRecord(section) && section['writeCommunity'] !== undefined)
      this.#warn([...path, name, 'writeCommunity'], 'has no effect without `allowWrite: true` beside the driver');
  }

  /** Two units with the same options, apart from how they are treated, are the same device. */
  #address(name: string, section: unknown, path: Path, index: number): void {
    const options = this.#drivers.get(name);
    const parsed = options?.schema.safeParse(section);
    if (options === undefined || parsed?.success !== true) return;
    const identity = isRecord(parsed.data) ? Object.entries(parsed.data).filter(([key]) => !manners.has(key)) : [];
    if (identity.length === 0) return;
    const key = JSON.stringify([options.lineOf(parsed.data), identity.sort()]);
    const first = this.#addresses.get(key);
    if (first === undefined) this.#addresses.set(key, index);
    else
      this.#error(
        [...path, name],
        `reads the same device as ups[${first}]; list each UPS once, or correct the address`,
      );
  }

  #order(dates: ReadonlyMap<string, string>, first: string, second: string, path: Path, what: string): void {
    const from = dates.get(first);
    const to = dates.get(second);
    if (from === undefined || to === undefined || from < to) return;
    this.#error([...path, second], `${to} is not after \`${first}\` (${from}); write ${what}, or correct \`${first}\``);
  }

  /** A mistake because something is not there. */
  #absent(path: Path, message: string): void {
    this.findings.push({ severity: 'error', path, message, missing: true });
  }

  #error(path: Path, message: string): void {
    this.findings.push({ severity: 'error', path, message });
  }

  #warn(path: Path, message: string): void {
    this.findings.push({ severity: 'warning', path, message });
  }
}

function datesOf(section: unknown): ReadonlyMap<string, string> {
  const dates = new Map<string, string>();
  for (const [key, value] of isRecord(section) ? Object.entries(section) : []) {
    const date = typeof value === 'string' ? readDate(value) : undefined;
    if (typeof date === 'string') dates.set(key, date);
  }
  return dates;
}
