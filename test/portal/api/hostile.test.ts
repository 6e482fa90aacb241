/** Names, texts and bytes that somebody chose to do harm: each is shown as it is, or refused, and nothing else happens. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOf, pathName } from '../../../agent/portal/api/names.ts';
import { type Page, pageOf, type SortKey } from '../../../agent/portal/api/paging.ts';
import { ApiSite } from './client.ts';

const names = [
  '<script>alert(1)</script>',
  '..',
  '.',
  '~',
  '~Li4',
  'a/../b',
  'a\\b',
  '%2e%2e%2f',
  '100 %',
  '?q=1#x',
  '=HYPERLINK("http://evil.example")',
  'Z\u0336\u200fgnirts',
  '🔋'.repeat(64),
  'constructor',
  '__proto__',
  'Ångström',
  'A\u030angström B',
];

describe('a unit with a hostile name', () => {
  it('is where its link says', async () => {
    const api = await ApiSite.open({ ups: Object.fromEntries(names.map((name) => [name, ''])) });
    const { items } = (await api.get('/units')).body;
    const listed = items.map(({ ups }: { ups: string }) => ups);
    expect(listed).toHaveLength(names.length);
    for (const { ups, url } of items) {
      expect(url).toMatch(/^\/api\/v1\/units\/[\w~!*'().%-]+$/);
      expect((await api.get(url)).body.ups).toBe(ups);
    }
    const plain = names.filter((name) => !['.', '..', '~Li4'].includes(name) && name === name.normalize());
    for (const name of plain) {
      expect((await api.get(`/units/${encodeURIComponent(name)}`)).body.ups, name).toBe(name);
    }
    expect((await api.get('/units/~Li4')).body.ups).toBe('..');
  });

  it('that is none is not found, however it is written', async () => {
    const api = await ApiSite.open({ ups: { rack: '' } });
    const paths = ['%', '%ff%fe', '%00', '%0d%0aX-Evil:%201', '~', '~!!', '~_w', 'x'.repeat(8000), 'RACK', 'rack%20'];
    for (const path of paths) {
      const { status, body, headers } = await api.get(`/units/${path}`);
      expect([path, status, body.code]).toEqual([path, 404, 'no-such-ups']);
      expect(headers.get('x-evil')).toBeNull();
    }
  });

  it('that a device chose is text, and nothing more', async () => {
    const api = await ApiSite.open({ ups: { rack: '' } });
    const model = '<img src=x onerror=alert(1)>\r\nSet-Cookie: a=b\u0000\ud800';
    await api.page.reads('rack', { serial: '../../x', model });
    const { body } = await api.get('/units/rack');
    expect(body.id).toBe('../../x');
    expect(body.facts['device.model'].value).toContain('<img src=x');
    expect((await api.get('/units?q=%3Cimg')).body.total).toBe(1);
  });
});

describe('a body', () => {
  const send = async (api: ApiSite, body: string): Promise<unknown> => {
    const answer = await api.send('PATCH', '/units/rack/dates', body);
    return [answer.status, answer.body.code];
  };

  it.each([
    ['', 422, 'bad-body'],
    ['[]', 422, 'bad-body'],
    ['null', 422, 'bad-body'],
    ['"x"', 422, 'bad-body'],
    ['{"installed":"2030-01-01"', 400, 'bad-json'],
    ['{"__proto__":{"installed":"2030-01-01"}}', 422, 'bad-body'],
    ['{"constructor":{"prototype":{}}}', 422, 'bad-body'],
    ['{"installed":["2030-01-01"]}', 422, 'bad-body'],
    ['{"installed":"\\ud800"}', 400, 'bad-json'],
    ['['.repeat(60_000), 400, 'bad-json'],
    [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, 400, 'bad-json'],
  ])('%.40s is refused', async (body, status, code) => {
    const api = await ApiSite.open({ ups: { rack: '' } });
    expect(await send(api, body)).toEqual([status, code]);
  });

  it('that is not UTF-8 is refused', async () => {
    const api = await ApiSite.open({ ups: { rack: '' } });
    const bytes = new Uint8Array([...Buffer.from('{"installed":"'), 0xff, 0xfe, ...Buffer.from('"}')]);
    const request = new Request('http://127.0.0.1/api/v1/units/rack/dates', {
      method: 'PATCH',
      headers: { host: '127.0.0.1', 'content-type': 'application/json', authorization: `Bearer ${api.token}` },
      body: bytes,
    });
    const answer = await api.page.portal.answer(request, { peer: '127.0.0.1' });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'bad-json' }]);
  });
});

describe('a name in a path', () => {
  it('comes back from every link, and a link is plain ASCII without a slash', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const written = pathName(name);
        expect(written).toMatch(/^[\w~!*'().%-]+$/);
        expect(new URL(`http://x/a/${written}`).pathname).toBe(`/a/${written}`);
        expect(nameOf(decodeURIComponent(written))).toBe(name);
      }),
    );
  });
});

describe('pages', () => {
  const key = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.string({ maxLength: 2 }));

  it('hold everything once, whatever comes and goes in between', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { selector: (each) => each.join('|') }),
        fc.uniqueArray(key, { selector: (each) => each.join('|') }),
        fc.integer({ min: 1, max: 4 }),
        (kept, others, limit) => {
          const text = (each: SortKey): string => each.join('|');
          const passing = others.filter((each) => !kept.map(text).includes(text(each)));
          const seen: string[] = [];
          let page: Page<SortKey> | undefined;
          for (let n = 0; page === undefined || page.cursor !== undefined; n += 1) {
            const now = n % 2 === 0 ? [...kept, ...passing] : kept;
            page = pageOf<SortKey>(now, (each) => each, { limit, cursor: page?.cursor });
            seen.push(...page.items.map(text));
          }
          expect(new Set(seen).size).toBe(seen.length);
          expect(kept.map(text).filter((each) => !seen.includes(each))).toEqual([]);
        },
      ),
    );
  });
});
