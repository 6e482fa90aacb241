import { describe, expect, it } from 'vitest';
import type { Finding } from '../../agent/doctor/finding.ts';
import {
  judgeAgent,
  judgeClock,
  judgeConfig,
  judgeInForce,
  judgeReached,
  judgeReadable,
  judgeState,
  judgeTraps,
  judgeUps,
} from '../../agent/doctor/judge.ts';
import { judgeAnswers, judgeMail } from '../../agent/doctor/judge-mail.ts';
import type { Facts } from '../../agent/lifecycle/model.ts';
import { Secret } from '../../config/secret.ts';

const levels = (findings: readonly Finding[]) => findings.map(({ level }) => level);
const mib = 1024 * 1024;
const folder = { path: '/state', mode: 0o700, uid: 990, gid: 991, freeBytes: 5000 * mib };
const mail = {
  host: 'mail.example.com',
  port: 587,
  implicitTls: false,
  tls: 'required',
  verifyCertificate: true,
  from: { address: 'ups@example.com' },
  replyTo: { address: 'it@example.com' },
} as const;
const answers = {
  host: 'mail.example.com',
  port: 993,
  implicitTls: true,
  tls: 'required',
  verifyCertificate: true,
  folder: 'INBOX',
  user: 'answers@example.com',
  password: new Secret('x'),
  address: 'answers@example.com',
  plusAddressing: false,
  moveTo: 'Answers',
} as const;
const found = {
  secure: true,
  byToken: false,
  announces: true,
  moves: true,
  writable: true,
  handled: 'writable',
} as const;
const reached = { found: { secure: true, authenticated: true } };
const fact = <T>(value: T) => ({ value, source: 'ups', confidence: 'sound', raw: `${value}` }) as const;
const facts: Facts = {
  'device.model': fact('Smart-UPS 1500'),
  'device.serial': fact('AS2128296401'),
  'battery.date': fact('2024-01-01'),
  'battery.date.maintenance': fact('2028-01-01'),
  'warranty.end': fact('2027-01-01'),
};

describe('what the doctor says', () => {
  it('of a state folder: room, owner, permissions', () => {
    expect(levels(judgeState('/state', folder, 990))).toEqual(['ok']);
    expect(levels(judgeState('/state', undefined, 990))).toEqual(['warning']);
    expect(levels(judgeState('/state', { ...folder, freeBytes: 100 * mib }, 990))).toEqual(['warning']);
    expect(levels(judgeState('/state', { ...folder, freeBytes: mib }, 990))).toEqual(['problem']);
    expect(levels(judgeState('/state', { ...folder, mode: 0o755 }, 990))).toEqual(['warning', 'ok']);
    expect(judgeState('/state', { ...folder, uid: 0 }, 0)[0]?.todo).toContain('chown');
  });

  it('of the config: each mistake a problem, each warning a warning', () => {
    const at = { file: 'c.yaml', line: 3, column: 1, path: 'mail', message: 'is wrong' };
    expect(levels(judgeConfig('c.yaml', []))).toEqual(['ok']);
    const found = judgeConfig('c.yaml', [
      { severity: 'error', ...at },
      { severity: 'warning', ...at },
    ]);
    expect(levels(found)).toEqual(['problem', 'warning']);
    expect(found[0]?.says).toBe('c.yaml:3:1 mail: is wrong');
  });

  it('of the agent: whether it runs, makes progress, and is this very program', () => {
    expect(levels(judgeAgent(undefined, '1', undefined))).toEqual(['warning']);
    expect(levels(judgeAgent([], '1', '1'))).toEqual(['ok']);
    expect(levels(judgeAgent([], '1', '0.9'))).toEqual(['warning']);
    expect(levels(judgeAgent(['the heartbeat'], '1', '1'))).toEqual(['problem']);
  });

  it('of a config that its own agent may not read', () => {
    const config = { ...folder, path: '/etc/config.yaml' };
    const judged = (mode: number, uid: number, gid: number) =>
      levels(judgeReadable({ ...config, mode, uid, gid }, folder));
    expect(judged(0o640, 990, 991), 'its own').toEqual([]);
    expect(judged(0o640, 0, 991), 'of its group').toEqual([]);
    expect(judged(0o644, 0, 0), 'of everyone').toEqual([]);
    expect(judged(0o600, 0, 0), 'of root alone, as an editor leaves it').toEqual(['problem']);
    expect(judged(0o640, 0, 0)).toEqual(['problem']);
    expect(
      judgeReadable({ ...config, mode: 0o600, uid: 0 }, { ...folder, uid: 0 }),
      'of an agent that is root',
    ).toEqual([]);
    expect(judgeReadable(config, undefined)).toEqual([]);
    expect(judgeReadable({ ...config, mode: 0o600, uid: 0 }, folder)[0]?.todo).toBe(
      'chown --reference=/state /etc/config.yaml',
    );
  });

  it('of what the config says and the agent does not do', () => {
    expect(judgeInForce(undefined)).toEqual([]);
    expect(judgeInForce(['Restart needed: …'])).toMatchObject([{ level: 'problem', says: 'Restart needed: …' }]);
  });

  it('of traps says what to do while none are heard', () => {
    const heard = { host: '0.0.0.0', port: 162, polls: 0, others: 0, unknown: 0, refused: 0, malformed: 0, flooded: 0 };
    expect(judgeTraps(undefined)).toEqual([]);
    expect(levels(judgeTraps({ ...heard, listening: true }))).toEqual(['ok']);
    const [found] = judgeTraps({ ...heard, listening: false, trouble: 'cannot listen (EACCES); give it a capability' });
    expect(found).toMatchObject({
      level: 'problem',
      says: 'No traps are heard on 0.0.0.0 port 162: cannot listen (EACCES).',
      todo: 'Polling goes on without them; give it a capability.',
    });
  });

  it('of the clock', () => {
    expect(judgeClock('2026-06-01T22:30:00Z', 'Europe/Berlin', undefined)).toMatchObject([
      { level: 'ok', says: 'It is 2026-06-02 00:30 at the site, in Europe/Berlin.' },
    ]);
    expect(judgeClock('1970-01-01T00:00:00Z', 'UTC', 'it is 1970')).toMatchObject([
      { level: 'problem', says: 'it is 1970' },
    ]);
  });

  it('of a UPS: what it offers, lacks, and is not sure of', () => {
    const read = { ups: 'rack', driver: 'snmp', verdict: 'ups', facts } as const;
    expect(levels(judgeUps(read))).toEqual(['ok']);
    expect(levels(judgeUps({ ...read, facts: {} }))).toEqual(['ok', 'warning', 'warning', 'warning', 'warning']);
    const doubtful = { ...fact('2031-01-01'), confidence: 'doubtful', why: 'it lies in the future' } as const;
    expect(judgeUps({ ...read, facts: { ...facts, 'battery.date': doubtful } })[1]).toMatchObject({
      level: 'warning',
      says: 'rack: battery.date is doubtful: it lies in the future',
    });
    const silent = { ...read, verdict: 'unreachable', facts: {}, message: 'no answer' } as const;
    expect(judgeUps(silent)).toMatchObject([{ level: 'problem', says: 'rack: unreachable: no answer' }]);
  });

  it('of the mail server: reached, and a sender that goes with the login', () => {
    const judged = (given: Parameters<typeof judgeMail>[0], tried: Parameters<typeof judgeMail>[2] = reached) =>
      judgeMail(given, 'it@example.com', tried);
    expect(judgeMail(undefined, 'it@example.com', undefined)).toEqual([]);
    expect(levels(judged(mail))).toEqual(['ok', 'ok']);
    expect(levels(judged({ ...mail, user: 'ups@EXAMPLE.com' }))).toEqual(['ok', 'ok']);
    expect(levels(judged({ ...mail, user: 'me@other.example' }))).toEqual(['ok', 'ok', 'warning']);
    expect(levels(judged({ ...mail, user: 'ups' }))).toEqual(['ok', 'ok']);
    expect(judged(mail, { failed: 'no way' })).toMatchObject([{ level: 'problem', says: 'no way' }]);
  });

  it('of what the mail server would say to a mail', () => {
    const judged = (said: object) => judgeMail(mail, 'it@example.com', { found: { ...reached.found, ...said } });
    const refused = (who: string, reply: string) => judged({ refused: { who, reply } })[1];
    expect(judged({ maxBytes: 35_882_577 })[0]?.says).toContain('mails up to 35882 kB');
    expect(levels(judged({ maxBytes: 50_000 }))).toEqual(['ok', 'warning', 'ok']);
    expect(refused('sender', '553 5.7.1 not owned by user')).toMatchObject({
      level: 'problem',
      says: expect.stringContaining('"553 5.7.1 not owned by user"'),
      todo: expect.stringContaining('mail.from'),
    });
    expect(refused('recipient', '550 no such user')).toMatchObject({
      level: 'problem',
      todo: expect.stringContaining('site.contact.mail'),
    });
    expect(refused('recipient', '451 4.7.1 greylisted')?.level).toBe('warning');
  });

  it('of a login with an access token', () => {
    const byToken = { ...mail, user: 'ups@example.com' };
    expect(judgeMail(byToken, 'it@example.com', reached)[0]?.says).toContain('logged in with an access token');
    expect(judgeMail(byToken, 'it@example.com', { failed: 'no token' })[0]?.todo).toContain('OAuth2');
  });

  it('of the mailbox: read, changed, and on the way of replies', () => {
    expect(judgeAnswers({}, undefined, undefined)).toEqual([]);
    expect(judgeAnswers({ answers }, { failed: 'no way' }, undefined)).toMatchObject([
      { level: 'problem', says: 'no way', todo: expect.stringContaining('docs/answers.md') },
    ]);
    const says = (...args: Parameters<typeof judgeAnswers>) => judgeAnswers(...args).map((each) => each.says);
    expect(levels(judgeAnswers({ answers, mail }, { found }, undefined))).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(says({ answers, mail }, { found }, undefined)).toEqual([
      'mail.example.com:993, folder INBOX, can be read (encrypted, logged in); new mail is announced at once.',
      'Handled mail goes to the folder Answers.',
      'Replies go to answers@example.com; a mail to it shows whether they arrive.',
      'Mail that comes back goes to ups@example.com: it is noticed only where that arrives in the mailbox as well.',
    ]);
    const own = { ...mail, from: { address: 'Answers@example.com' } };
    expect(levels(judgeAnswers({ answers, mail: own }, { found }, undefined))).toEqual(['ok', 'ok', 'ok']);
  });

  it.each([
    ['problem', 'cannot be marked as read', { writable: false }],
    ['problem', 'Answers is open for reading only', { handled: 'read-only' }],
    ['warning', 'cannot move mail', { moves: false }],
    ['ok', 'Answers, which is made when needed', { handled: 'missing' }],
    ['ok', 'looked for every 10 minutes', { announces: false }],
    ['ok', 'logged in with an access token', { byToken: true }],
    ['ok', 'not encrypted', { secure: false }],
  ] as const)('of the mailbox: %s, %s', (level, words, change) => {
    const findings = judgeAnswers({ answers }, { found: { ...found, ...change } }, undefined);
    expect(findings.filter(({ says }) => says.includes(words))).toMatchObject([{ level }]);
    for (const each of findings) expect(each.todo === undefined).toBe(each.level === 'ok');
  });

  it('of replies that go to another domain, or by plus addressing, and of an agent in trouble', () => {
    const elsewhere = { ...answers, address: 'answers@other.example' };
    expect(levels(judgeAnswers({ answers: elsewhere }, { found }, undefined))).toEqual(['ok', 'ok', 'warning']);
    const noAddress = { ...answers, user: 'steward' };
    expect(levels(judgeAnswers({ answers: noAddress }, { found }, undefined))).toEqual(['ok', 'ok', 'ok']);
    const plus = judgeAnswers({ answers: { ...answers, plusAddressing: true } }, { found }, 'it is away');
    expect(plus.map(({ says }) => says).join()).toContain('answers+test@example.com');
    expect(plus.at(-1)).toMatchObject({ level: 'warning', says: 'The running agent cannot read it: it is away' });
  });

  it('of whatever is reached or not', () => {
    expect(judgeReached('endpoint', 'The endpoint', undefined, 'look')).toEqual([]);
    expect(levels(judgeReached('endpoint', 'The endpoint', { found: 1 }, 'look'))).toEqual(['ok']);
    expect(judgeReached('endpoint', 'The endpoint', { failed: 'gone' }, 'look')).toEqual([
      { topic: 'endpoint', level: 'problem', says: 'The endpoint: gone', todo: 'look' },
    ]);
  });
});
