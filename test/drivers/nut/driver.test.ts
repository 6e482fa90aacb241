/** The driver on a simulated upsd: real sockets, synthetic values. */
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure } from '../reading.ts';
import { bench, driverFor } from './support.ts';

const tlsFile = (name: string) => new URL(`../../support/tls/${name}`, import.meta.url);
const caFile = fileURLToPath(tlsFile('ca.pem'));
const tls = { key: readFileSync(tlsFile('server-key.pem')), cert: readFileSync(tlsFile('server.pem')) };
const rack1 = { 'ups.mfr': 'APC', 'ups.model': 'Smart-UPS 1500', 'ups.status': 'OL', 'ups.id': 'a "quoted" \\ name' };

describe('a poll', () => {
  it('is one LIST VAR on a connection that stays', async () => {
    await using at = await bench({ units: { rack1 } });
    const driver = await at.driver({ ups: 'rack1', tls: 'off' });
    for (let poll = 0; poll < 3; poll += 1) expect((await driver.read()).verdict).toBe('ups');
    expect(at.upsd.heard).toEqual(Array(3).fill('LIST VAR rack1'));
    expect(at.upsd.connections()).toBe(1);
  });

  it('finds the only UPS of a server by itself', async () => {
    await using at = await bench({ units: { rack1 } });
    const driver = await at.driver();
    await driver.read();
    await driver.read();
    expect(at.upsd.heard).toEqual(['STARTTLS', 'LIST UPS', 'LIST VAR rack1', 'LIST VAR rack1']);
  });

  it('names the UPS there are where one must be chosen, or is misspelt', async () => {
    await using at = await bench({ units: { rack1, rack2: rack1 } });
    const unnamed = await failure((await at.driver()).read());
    expect(unnamed).toMatchObject({ code: 'bad-target', retry: false });
    expect(unnamed.message).toMatch(/several UPS.*rack1, rack2/);
    const misspelt = await failure((await at.driver({ ups: 'rakc1' })).read());
    expect(misspelt).toMatchObject({ code: 'bad-target', retry: false });
    expect(misspelt.message).toMatch(/no UPS "rakc1".*rack1, rack2/);
  });

  it.each([
    ['DATA-STALE', /lost the UPS "rack1"/],
    ['DRIVER-NOT-CONNECTED', /upsdrvctl start rack1/],
  ])('with %s is a lost UPS, and derives nothing', async (code, note) => {
    await using at = await bench({ units: { rack1: code } });
    const reading = await (await at.driver({ ups: 'rack1' })).read();
    expect(reading).toEqual({ verdict: 'ups-lost', note: expect.stringMatching(note), fields: {}, signals: {} });
  });

  it.each([
    ['ACCESS-DENIED', 'auth', false],
    ['USERNAME-REQUIRED', 'auth', false],
    ['SOMETHING-NEW', 'protocol', true],
  ])('with %s is an error of kind %s', async (answer, code, retry) => {
    await using at = await bench({ units: { rack1: answer } });
    const error = await failure((await at.driver({ ups: 'rack1' })).read());
    expect(error).toMatchObject({ code, retry });
    expect(error.message).toContain(answer);
  });
});

describe('access', () => {
  it('is asked with user and password, quoted', async () => {
    const access = { user: 'watch er', password: 'a "b" \\c' };
    await using at = await bench({ units: { rack1 }, access });
    expect((await (await at.driver({ ups: 'rack1', ...access })).read()).verdict).toBe('ups');
    expect(at.upsd.heard).toContain('PASSWORD "a \\"b\\" \\\\c"');
    const wrong = await failure((await at.driver({ ups: 'rack1', ...access, password: 'wrong one' })).read());
    expect(wrong).toMatchObject({ code: 'auth', retry: false });
    expect(wrong.message).not.toContain('wrong one');
  });

  it('is never a LOGIN, a SET or an instant command', async () => {
    await using at = await bench({ units: { rack1, rack2: 'DATA-STALE' }, access: { user: 'u', password: 'p' }, tls });
    for (const ups of ['rack1', 'rack2', 'rack3', undefined]) {
      const driver = await at.driver({ ...(ups && { ups }), user: 'u', password: 'p' });
      await driver.read().catch(() => undefined);
    }
    const commands = new Set(at.upsd.heard.map((line) => line.replace(/ (?:rack\d|".*")$/, '')));
    expect([...commands].sort()).toEqual(['LIST UPS', 'LIST VAR', 'PASSWORD', 'STARTTLS', 'USERNAME']);
  });
});

describe('TLS', () => {
  it('is used where upsd has it, and carries the password', async () => {
    await using at = await bench({ units: { rack1 }, tls });
    const options = { ups: 'rack1', user: 'u', password: 'p' };
    expect((await (await at.driver(options)).read()).verdict).toBe('ups');
    expect(at.upsd.heard).toEqual(['STARTTLS', 'USERNAME "u"', 'PASSWORD "p"', 'LIST VAR rack1']);
  });

  it('checks the certificate where it is required', async () => {
    await using at = await bench({ units: { rack1 }, tls });
    const strict = { ups: 'rack1', tls: 'required' };
    expect((await (await at.driver({ ...strict, caFile })).read()).verdict).toBe('ups');
    expect((await (await at.driver({ ...strict, verifyCertificate: false })).read()).verdict).toBe('ups');
    const error = await failure((await at.driver(strict)).read());
    expect(error).toMatchObject({ code: 'auth', retry: false });
    expect(error.message).toMatch(/caFile/);
    const missing = await failure((await at.driver({ ...strict, caFile: '/nowhere/ca.pem' })).read());
    expect(missing.message).toMatch(/\/nowhere\/ca\.pem cannot be read/);
  });

  it('is never given up where it is required', async () => {
    await using at = await bench({ units: { rack1 } });
    const driver = await at.driver({ ups: 'rack1', tls: 'required', user: 'u', password: 'p' });
    const error = await failure(driver.read());
    expect(error).toMatchObject({ code: 'auth', retry: false });
    expect(error.message).toMatch(/FEATURE-NOT-CONFIGURED.*tls: off/);
    expect(at.upsd.heard).toEqual(['STARTTLS']);
  });

  it('takes nothing that came before it began', async () => {
    await using at = await bench({ units: { rack1 }, tls });
    at.upsd.misbehave = (line, socket) => {
      if (line !== 'STARTTLS') return undefined;
      socket.write('OK STARTTLS\nBEGIN LIST VAR rack1\nVAR rack1');
      return 'handled';
    };
    expect(await failure((await at.driver({ ups: 'rack1' })).read())).toMatchObject({ code: 'protocol' });
  });
});

describe('an upsd in trouble', () => {
  it('that closed the connection is asked anew within the same poll', async () => {
    await using at = await bench({ units: { rack1 } });
    const driver = await at.driver({ ups: 'rack1', tls: 'off' });
    await driver.read();
    at.upsd.misbehave = (_line, socket) => {
      at.upsd.misbehave = undefined;
      socket.destroy();
      return 'handled';
    };
    expect((await driver.read()).verdict).toBe('ups');
    expect(at.upsd.connections()).toBe(2);
    at.upsd.hangUp();
    expect((await driver.read()).verdict).toBe('ups');
  });

  it.each([
    ['says nothing', () => {}, 'timeout'],
    ['closes at once', (socket: Socket) => socket.destroy(), 'unreachable'],
    [
      'stops in the middle',
      (socket: Socket) => socket.end('BEGIN LIST VAR rack1\nVAR rack1 ups.status "OL"\n'),
      'unreachable',
    ],
    ['never ends', (socket: Socket) => socket.write('BEGIN LIST VAR rack1\nVAR rack1 ups.status "OL"\n'), 'timeout'],
    ['speaks HTTP', (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'protocol'],
    [
      'answers for another UPS',
      (socket: Socket) => socket.write('BEGIN LIST VAR rack2\nEND LIST VAR rack2\n'),
      'protocol',
    ],
    ['sends an endless line', (socket: Socket) => socket.write('x'.repeat(70_000)), 'protocol'],
    [
      'sends endless lines',
      (socket: Socket) => socket.write(`BEGIN LIST VAR rack1\n${'VAR\n'.repeat(20_000)}`),
      'protocol',
    ],
  ])('that %s is an error, and the next poll is right again', async (_what, act, code) => {
    await using at = await bench({ units: { rack1 } });
    const driver = await at.driver({ ups: 'rack1', tls: 'off' });
    at.upsd.misbehave = (_line, socket) => {
      act(socket);
      return 'handled';
    };
    const error = await failure(driver.read());
    expect(error).toMatchObject({ name: 'DriverError', code, retry: true });
    expect(error.message).toMatch(/^ups1: /);
    at.upsd.misbehave = undefined;
    expect((await driver.read()).verdict).toBe('ups');
  });

  it('that does not listen is unreachable, and says what to look at', async () => {
    const at = await bench();
    const { port } = at.upsd;
    await at[Symbol.asyncDispose]();
    const driver = await driverFor(port, { ups: 'rack1' });
    const error = await failure(driver.read());
    expect(error).toMatchObject({ code: 'unreachable', retry: true });
    expect(error.message).toMatch(/ECONNREFUSED.*LISTEN/);
    await driver.close();
  });

  it('is tried once for all of its UPS, not once for each', async () => {
    await using at = await bench({ units: { rack1, rack2: rack1 } });
    at.upsd.misbehave = () => 'handled';
    const [one, two] = [await at.driver({ ups: 'rack1' }), await at.driver({ ups: 'rack2' })];
    await failure(one.read());
    const began = performance.now();
    expect(await failure(two.read())).toMatchObject({ code: 'timeout' });
    expect(performance.now() - began).toBeLessThan(200);
    expect(at.upsd.connections()).toBe(1);
    at.upsd.misbehave = undefined;
    at.pass(11_000);
    expect((await two.read()).verdict).toBe('ups');
    expect((await one.read()).verdict).toBe('ups');
    expect(at.upsd.connections()).toBe(2);
  });

  it('gives an error or a reading for any bytes, in time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.constantFrom(
              'BEGIN LIST VAR a\n',
              'VAR a ups.status "OL RB"\n',
              'END LIST VAR a\n',
              'ERR DATA-STALE\n',
              'VAR a',
            ),
            fc.uint8Array({ maxLength: 20 }),
          ),
          { maxLength: 6 },
        ),
        async (parts) => {
          const server = createServer((socket) => {
            socket.on('error', () => {}).resume();
            socket.end(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
          });
          await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
          const address = server.address();
          const driver = await driverFor(typeof address === 'object' ? (address?.port ?? 0) : 0, {
            ups: 'a',
            tls: 'off',
          });
          const outcome = await driver.read().then(
            ({ verdict }) => verdict,
            (error: Error) => error.name,
          );
          expect(['ups', 'other-vendor', 'ups-lost', 'DriverError']).toContain(outcome);
          await driver.close();
          await new Promise((done) => server.close(done));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('many UPS behind one upsd', () => {
  it('share a connection: 200 are read in a moment, each with its own values', async () => {
    const names = Array.from({ length: 200 }, (_none, index) => `ups${index}`);
    const units = Object.fromEntries(
      names.map((name) => [name, { ...rack1, 'ups.serial': `AS22160${name.slice(3)}` }]),
    );
    await using at = await bench({ units });
    const drivers = await Promise.all(names.map((ups) => at.driver({ ups })));
    const began = performance.now();
    const readings = await Promise.all(drivers.map((driver) => driver.read()));
    expect(performance.now() - began).toBeLessThan(5000);
    expect(readings.map(({ fields }) => fields['device.serial']?.value)).toEqual(
      names.map((name) => `AS22160${name.slice(3)}`),
    );
    expect(at.upsd.connections()).toBe(1);
  });
});

describe('the end', () => {
  it('of a driver ends its read, and no other', async () => {
    await using at = await bench({ units: { rack1, rack2: rack1 } });
    const [one, two] = [await at.driver({ ups: 'rack1', tls: 'off' }), await at.driver({ ups: 'rack2', tls: 'off' })];
    await two.read();
    const heard = new Promise<void>((resolve) => {
      at.upsd.misbehave = () => {
        at.upsd.misbehave = undefined;
        resolve();
        return 'handled';
      };
    });
    const reading = failure(one.read());
    await heard;
    await one.close();
    await one.close();
    expect(await reading).toMatchObject({ code: 'closed', retry: false });
    expect(await failure(one.read())).toMatchObject({ code: 'closed', retry: false });
    expect((await two.read()).verdict).toBe('ups');
  });

  it('of a poll by its caller is an error that may be tried again', async () => {
    await using at = await bench({ units: { rack1 } });
    const driver = await at.driver({ ups: 'rack1' });
    const stop = new AbortController();
    at.upsd.misbehave = () => {
      stop.abort();
      return 'handled';
    };
    expect(await failure(driver.read(stop.signal))).toMatchObject({ code: 'closed', retry: true });
    at.upsd.misbehave = undefined;
    expect(await failure(driver.read(AbortSignal.abort()))).toMatchObject({ code: 'closed' });
    expect((await driver.read()).verdict).toBe('ups');
  });
});
