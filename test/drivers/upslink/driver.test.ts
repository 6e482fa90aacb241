/** The driver on a simulated unit. All values are synthetic. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PortError } from '../../../drivers/upslink/port.ts';
import { queries } from '../../../drivers/upslink/protocol.ts';
import { type Say, smartUps } from '../../../scripts/simulator/upslink.ts';
import { failure, says, valuesOf } from '../reading.ts';
import { bench } from './support.ts';

const whole = {
  'device.model': 'SMART-UPS 3000 RM',
  'device.serial': 'AS0416000001',
  'ups.firmware': '99.9.D',
  'ups.mfr.date': '04/12/04',
  'battery.date': '05/04/22',
  'battery.packs': 1,
  'battery.packs.bad': 0,
  'ups.test.result': 'passed',
};

describe('a poll', () => {
  it('reads what the unit knows, over a port that stays open', async () => {
    await using at = bench();
    const reading = await at.driver.read();
    expect(reading.verdict).toBe('ups');
    expect(valuesOf(reading)).toEqual(whole);
    expect(says(reading, 'battery.replace')).toEqual({ 'status-flag': false, 'self-test': false });
    expect(says(reading, 'battery.packs.bad')).toEqual({ count: false });
    await at.driver.read();
    expect(at.opened).toEqual([{ dtr: false }]);
  });

  it('lifts DTR for the one cable that needs it', async () => {
    await using at = bench(undefined, { cable: '940-0095B' });
    await at.driver.read();
    expect(at.opened).toEqual([{ dtr: true }]);
  });

  it('leaves out what an older unit does not know', async () => {
    await using at = bench({ '\x01': 'SMART-UPS 700', V: 'FWI', Q: '08' });
    const reading = await at.driver.read();
    expect(valuesOf(reading)).toEqual({ 'device.model': 'SMART-UPS 700', 'ups.firmware': 'FWI' });
    expect(reading.signals).toEqual({ 'battery.replace': { 'status-flag': { value: false, raw: '08' } } });
  });

  it('takes silence for "not known", and goes on', async () => {
    await using at = bench();
    at.ups.misbehave = (question) => ('nx'.includes(question) ? 'handled' : undefined);
    const { 'device.serial': _serial, 'battery.date': _date, ...rest } = whole;
    expect(valuesOf(await at.driver.read())).toEqual(rest);
  });

  it.each([
    ['BT', 'failed', { 'self-test': true }],
    ['NG', 'invalid', {}],
    ['WN', 'warning', {}],
    ['IP', 'in-progress', {}],
    ['NO', undefined, {}],
  ])('takes the self-test %s for %s', async (answer, result, test) => {
    await using at = bench({ ...smartUps, X: answer });
    const reading = await at.driver.read();
    expect(reading.fields['ups.test.result']?.value).toBe(result);
    expect(says(reading, 'battery.replace')).toEqual({ 'status-flag': false, ...test });
  });

  it('reads the flag "replace battery" and its end', async () => {
    await using at = bench({ ...smartUps, X: 'NO', Q: '88' });
    expect(says(await at.driver.read(), 'battery.replace')).toEqual({ 'status-flag': true });
    at.ups.answers.set('Q', '08');
    expect(says(await at.driver.read(), 'battery.replace')).toEqual({ 'status-flag': false });
  });

  it('counts bad packs, and doubts a placeholder for a serial number', async () => {
    await using at = bench({ ...smartUps, '<': '002', n: '********' });
    const reading = await at.driver.read();
    expect(says(reading, 'battery.packs.bad')).toEqual({ count: true });
    // The asterisks are an alert of the protocol: nothing of that text is left.
    expect(reading.fields).not.toHaveProperty(['device.serial']);
    at.ups.answers.set('n', 'AS0416000001(');
    expect((await at.driver.read()).fields['device.serial']?.doubt).toMatch(/characters/);
  });
});

describe('an alert', () => {
  it('in the middle of an answer changes nothing in it', async () => {
    await using at = bench();
    at.ups.misbehave = (question, say) => {
      const answer = question === 'Y' ? 'SM' : (smartUps[question] ?? 'NA');
      say(`!${answer.slice(0, 1)}$${answer.slice(1)}+\r%\n|`);
      return 'handled';
    };
    expect(valuesOf(await at.driver.read())).toEqual(whole);
  });

  it('"replace battery" counts once, also between two polls', async () => {
    await using at = bench({ ...smartUps, X: 'NO' });
    await at.driver.read();
    at.ups.alert('#');
    const reading = await at.driver.read();
    expect(reading.signals['battery.replace']).toEqual({ 'status-flag': { value: true, raw: '08 #' } });
    expect(says(await at.driver.read(), 'battery.replace')).toEqual({ 'status-flag': false });
  });
});

describe('a line in trouble', () => {
  /** Does something odd to the first answer to a character. */
  const once = (at: ReturnType<typeof bench>, character: string, act: (say: Say, answer: string) => void) => {
    at.ups.misbehave = (question, say) => {
      if (question !== character) return undefined;
      at.ups.misbehave = undefined;
      act(say, `${question === 'Y' ? 'SM' : smartUps[question]}\r\n`);
      return 'handled';
    };
  };

  it.each(Object.keys(smartUps))('that answers twice to %j shifts no value', async (character) => {
    await using at = bench();
    once(at, character, (say, answer) => say(answer + answer));
    expect(valuesOf(await at.driver.read())).toEqual(whole);
  });

  it.each(Object.keys(smartUps))('that answers late to %j shifts no value', async (character) => {
    await using at = bench();
    let late = '';
    at.ups.misbehave = (question, say) => {
      if (question === character && late === '') {
        late = `${smartUps[question]}\r\n`;
        return 'handled';
      }
      if (late !== '' && late !== 'sent') {
        say(late);
        late = 'sent';
      }
      return undefined;
    };
    const got = valuesOf(await at.driver.read());
    for (const [key, value] of Object.entries(got)) expect(value, key).toBe(whole[key as keyof typeof whole]);
  });

  it.each(['cut', 'one character short', 'with a bit turned'])(
    'that gives an answer %s gives no such value',
    async (how) => {
      for (const character of Object.keys(smartUps)) {
        await using at = bench();
        once(at, character, (say, answer) => {
          const bent = answer.replace(/.(.)/, (two, second: string) => {
            if (how === 'cut') return two.slice(0, 1);
            return how === 'one character short' ? second : `${String.fromCharCode(two.charCodeAt(0) ^ 1)}${second}`;
          });
          say(bent.endsWith('\n') ? bent : `${bent}\r\n`);
        });
        expect(valuesOf(await at.driver.read()), character).toEqual(whole);
      }
    },
  );

  it('on which every answer differs is a protocol error', async () => {
    await using at = bench();
    let count = 10_000;
    at.ups.misbehave = (question, say) => {
      if (question !== 'n') return undefined;
      count += 1;
      say(`AS${count}\r\n`);
      return 'handled';
    };
    const error = await failure(at.driver.read());
    expect(error).toMatchObject({ code: 'protocol', retry: true });
    expect(error.message).toMatch(/differently each time/);
  });

  it.each([
    ['the answer to Y', 'SM\r\n'],
    ['half an answer', '0'],
    ['noise', '\xff\x80\x00~~\r\n'],
  ])('that gives %s for the status is asked again', async (_what, answer) => {
    await using at = bench();
    once(at, 'Q', (say) => say(answer));
    expect((await at.driver.read()).signals['battery.replace']).toMatchObject({ 'status-flag': { raw: '08' } });
  });

  it('on which nobody answers is unreachable, and says what to look at', async () => {
    await using at = bench();
    at.ups.misbehave = () => 'handled';
    const error = await failure(at.driver.read());
    expect(error).toMatchObject({ name: 'DriverError', code: 'unreachable', retry: true });
    expect(error.message).toMatch(/^ups1: .*940-0024C.*Modbus/);
    at.ups.misbehave = undefined;
    expect((await at.driver.read()).verdict).toBe('ups');
    expect(at.opened).toHaveLength(1);
  });

  it('that echoes, or speaks something else, is a protocol error', async () => {
    await using at = bench();
    at.ups.misbehave = (question, say) => {
      say(`${question}\r\n`);
      return 'handled';
    };
    expect(await failure(at.driver.read())).toMatchObject({ code: 'protocol', retry: true });
  });

  it('that falls silent in the middle gives no half reading', async () => {
    await using at = bench();
    let asked = 0;
    at.ups.misbehave = () => {
      asked += 1;
      return asked > 5 ? 'handled' : undefined;
    };
    expect(await failure(at.driver.read())).toMatchObject({ code: 'unreachable' });
  });

  it('that is pulled and put back is read again', async () => {
    await using at = bench();
    await at.driver.read();
    at.pull();
    at.refuse = new PortError('cannot open /dev/ttyTEST: it is not there');
    expect(await failure(at.driver.read())).toMatchObject({ code: 'unreachable', retry: true });
    at.refuse = undefined;
    expect(valuesOf(await at.driver.read())).toEqual(whole);
    expect(at.opened).toHaveLength(2);
  });

  it('that is pulled during a poll ends it at once', async () => {
    await using at = bench();
    at.ups.misbehave = (question) => {
      if (question !== 'm') return undefined;
      at.pull();
      return 'handled';
    };
    const error = await failure(at.driver.read());
    expect(error).toMatchObject({ code: 'unreachable', retry: true });
    expect(error.message).toMatch(/went away/);
    at.ups.misbehave = undefined;
    expect((await at.driver.read()).verdict).toBe('ups');
  });

  it('with any noise gives an error, or values of this unit', async () => {
    const noise = fc.oneof(
      fc.constantFrom('', '\r\n', 'SM\r\n', 'NA\r\n', '08\r\n', 'OK\r\n', '#', '!$'),
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { maxLength: 8 }), async (all) => {
        const noises = [...all];
        await using at = bench();
        at.ups.misbehave = (_question, say) => {
          const next = noises.shift();
          if (next !== undefined) say(next);
          return undefined;
        };
        const outcome = await at.driver.read().then(
          ({ verdict }) => verdict,
          ({ name }: Error) => name,
        );
        expect(['ups', 'DriverError']).toContain(outcome);
        at.ups.misbehave = undefined;
        expect(valuesOf(await at.driver.read())).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});

describe('what is sent', () => {
  it('only asks: no character that switches or changes anything', async () => {
    const asking = new Set(['Y', '\x01', 'n', 'b', 'V', 'm', '>', 'x', '<', 'X', 'Q']);
    expect(new Set(Object.values(queries).map(({ sends }) => sends))).toEqual(asking);
    await using at = bench({ Q: '08' });
    await at.driver.read();
    at.ups.misbehave = (_question, say) => {
      say('garbage\r\n');
      return 'handled';
    };
    await failure(at.driver.read());
    for (const character of at.ups.heard) expect(asking).toContain(character);
  });
});

describe('the end', () => {
  it('of a driver ends its read, and closes the port', async () => {
    await using at = bench();
    const asked = new Promise<void>((resolve) => {
      at.ups.misbehave = () => {
        resolve();
        return 'handled';
      };
    });
    const reading = failure(at.driver.read());
    await asked;
    await at.driver.close();
    await at.driver.close();
    expect(await reading).toMatchObject({ code: 'closed', retry: false });
    expect(await failure(at.driver.read())).toMatchObject({ code: 'closed', retry: false });
    expect(at.closed()).toBe(1);
  });

  it('of a poll by its caller is an error that may be tried again', async () => {
    await using at = bench();
    expect(await failure(at.driver.read(AbortSignal.abort()))).toMatchObject({ code: 'closed', retry: true });
    expect((await at.driver.read()).verdict).toBe('ups');
  });
});
