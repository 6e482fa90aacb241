import { describe, expect, it } from 'vitest';
import { createLog, type Log } from '../../agent/ops/log.ts';

function book(level: string): { log: Log; lines: () => Record<string, unknown>[]; text: () => string } {
  let text = '';
  const log = createLog(level, {
    write: (line) => {
      text += line;
    },
  });
  return {
    log,
    text: () => text,
    lines: () => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])),
  };
}

describe('the log', () => {
  it('writes one object a line, with level, time, code and message', () => {
    const { log, lines, text } = book('info');
    log('warn', 'poll.unreachable', 'hall: "no answer"\nfrom 10.0.0.5', { ups: 'hall' });
    expect(text().split('\n')).toHaveLength(2);
    const [line] = lines();
    expect(line).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      code: 'poll.unreachable',
      ups: 'hall',
      msg: 'hall: "no answer"\nfrom 10.0.0.5',
    });
  });

  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['error', ['error']],
    ['silent', []],
  ])('at level %s', (level, expected) => {
    const { log, lines } = book(level);
    for (const each of ['debug', 'info', 'warn', 'error'] as const) log(each, 'x', 'y');
    expect(lines().map((line) => line['level'])).toEqual(expected);
  });

  it('keeps its own fields, whatever the details are called', () => {
    const { log, text } = book('info');
    log('info', 'right', 'message', { code: 'wrong', level: 'wrong', time: 'wrong', msg: 'wrong' });
    const line = JSON.parse(text()) as Record<string, unknown>;
    expect([line['code'], line['msg'], line['level']]).toEqual(['right', 'message', 'info']);
    expect(text()).not.toContain('wrong');
  });

  it('never writes what is called like a secret, at any depth', () => {
    const { log, text } = book('debug');
    const secrets = Object.fromEntries(
      ['password', 'community', 'secret', 'authPassword', 'privPassword'].map((name) => [name, 'Marker']),
    );
    log('debug', 'x', 'y', { ...secrets, options: { ...secrets, host: 'h', deep: [{ ...secrets }] } });
    expect(text()).not.toContain('Marker');
    expect(text()).toContain('"host":"h"');
  });

  it('writes of an error what it says, and survives what cannot be written as JSON', () => {
    const { log, lines } = book('info');
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    log('info', 'odd', 'y', { loop, big: 1n, error: new Error('because') });
    expect(lines()).toMatchObject([{ code: 'odd', msg: 'y', big: 1, error: 'because' }]);
  });
});
