import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { answer } from '../../agent/operations/answer.ts';
import { consentRecord, consentTable } from '../../agent/operations/consent.ts';
import { disconnect, followConfig, invite } from '../../agent/operations/reseller.ts';
import { Bench, cloudOnly, refused, resellerAddress } from './support.ts';

const day = '2026-06-01';
const said = { serial: 'AS2128296401', model: '=HYPERLINK("http://evil.example")', replaceBy: '07/01/2026' };

describe('the consent record', () => {
  it('says who was invited, who accepted how and when, and what was disclosed', async () => {
    const bench = new Bench(day, [{ name: 'rack', site: 'Hall 2' }]);
    await bench.reads('rack', said);
    await followConfig(bench.desk);
    await bench.deliver();
    const code = bench.code();
    bench.at(day, '07:00');
    await answer(bench.desk, code, 'accept', 'code');
    await bench.morning(day);
    bench.at(addDays(day, 2));
    await disconnect(bench.desk);
    const record = await consentRecord(bench.desk);
    expect(record).toMatchObject({ company: 'Customer Ltd', madeAt: bench.now, connection: { state: 'disconnected' } });
    expect(
      record.steps.map(({ at, address, state, previous, by }) => [at.slice(0, 10), address, previous, state, by]),
    ).toEqual([
      ['2026-05-31', resellerAddress, 'none', 'pending', undefined],
      [day, resellerAddress, 'pending', 'confirmed', 'code'],
      [addDays(day, 2), resellerAddress, 'confirmed', 'disconnected', undefined],
    ]);
    expect(new Set([...record.steps, ...record.disclosures].map(({ connection }) => connection)).size).toBe(1);
    expect(record.disclosures).toEqual([
      expect.objectContaining({ what: 'invitation', to: resellerAddress, reveals: { site: ['company'], units: [] } }),
      expect.objectContaining({
        what: 'notices',
        way: 'mail',
        reply: '250 taken',
        text: bench.notices(resellerAddress)[0]?.words.text,
        reveals: {
          site: ['company', 'contact.name', 'contact.mail'],
          units: [{ ups: ['rack'], fields: ['site', 'model', 'serial', 'replaceBy', 'events', 'date'] }],
        },
      }),
    ]);
    expect(record.disclosures[0]?.text).toContain('····-····');
    expect(JSON.stringify(record)).not.toContain(code);
  });

  it('keeps what failed out: a refused mail disclosed nothing', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await bench.reads('rack', said);
    await bench.connect();
    bench.smtp = () => refused;
    await bench.morning(day);
    const { steps, disclosures } = await consentRecord(bench.desk);
    expect(disclosures.map(({ what }) => what)).toEqual(['invitation']);
    expect(steps.at(-1)).toMatchObject({ state: 'confirmed' });
  });

  it('names the server that ended an invitation, and counts no wrong code as a step', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    bench.smtp = () => refused;
    await followConfig(bench.desk);
    await answer(bench.desk, 'ZZZZ-ZZZZ', 'accept', 'code').catch(() => {});
    await bench.deliver();
    bench.smtp = () => undefined;
    await invite(bench.desk);
    const { steps } = await consentRecord(bench.desk);
    expect(steps.map(({ state, reply }) => [state, reply])).toEqual([
      ['pending', undefined],
      ['undeliverable', '550 no such user'],
      ['pending', undefined],
    ]);
  });

  it('holds what an endpoint passed on as well', async () => {
    const bench = new Bench(day, [{ name: 'rack' }], cloudOnly);
    await bench.reads('rack', said);
    await followConfig(bench.desk);
    await bench.deliver();
    const posted = bench.posts.flatMap(({ events }) =>
      events.map(({ data }) => data as { invitation?: { token: string } }),
    );
    const token = posted.find(({ invitation }) => invitation)?.invitation?.token ?? '';
    await answer(bench.desk, token, 'accept', 'cloud', { from: 'ann@reseller.example' });
    await bench.morning(day);
    const { disclosures, steps } = await consentRecord(bench.desk);
    expect(steps.at(-1)).toMatchObject({ state: 'confirmed', by: 'cloud', from: 'ann@reseller.example' });
    expect(disclosures.map(({ way, what, to, reply }) => [way, what, to, reply])).toEqual([
      ['endpoint', 'invitation', resellerAddress, '200'],
      ['endpoint', 'notices', resellerAddress, '200'],
    ]);
    expect(disclosures[1]?.reveals).toEqual({
      site: ['company', 'contact.name', 'contact.mail'],
      units: [{ ups: ['rack'], fields: ['model', 'serial', 'events', 'date'] }],
    });
  });

  it('as a table is in the order of time, and no cell is a formula', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await bench.reads('rack', said);
    await bench.connect();
    await bench.morning(day);
    const text = consentTable(await consentRecord(bench.desk), ';');
    const [head, ...rows] = parse(text, { bom: true, delimiter: ';' }) as string[][];
    expect(head?.slice(0, 5)).toEqual(['at', 'connection', 'address', 'what', 'by']);
    expect(rows.map((row) => row[3])).toEqual(['invited', 'confirmed', 'told: invitation', 'told: notices']);
    expect(rows[3]?.[5]).toBe('company, contact.name, contact.mail; rack: model, serial, replaceBy, events, date');
    expect(rows.flat().filter((cell) => /^[=+\-@]/.test(cell))).toEqual([]);
  });
});
