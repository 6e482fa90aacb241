/** The overview: order, filters, search, paging, and what the timeline counts. */
import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { filtersOf, overviewPath } from '../../agent/portal/overview/filters.ts';
import { rowOf } from '../../agent/portal/overview/rows.ts';
import { timelineOf } from '../../agent/portal/overview/timeline.ts';
import { Watched } from '../lifecycle/unit-support.ts';
import { formsOf, TestPage, today, unescaped } from './support.ts';

const slashed = (day: string): string => `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`;
const dates = (replaceIn: number) => ({
  installed: slashed(addDays(today, replaceIn - 1500)),
  replaceBy: slashed(addDays(today, replaceIn)),
});

/** Names of the units that a page lists, in order. */
function listed(html: string): string[] {
  return [...html.matchAll(/<th scope="row"><a class="name" href="[^"]*">([^<]*)<\/a>/g)].map(([, name = '']) =>
    unescaped(name),
  );
}

async function site(): Promise<TestPage> {
  const page = await TestPage.open({
    ups: {
      calm: 'site: Hall 1',
      due: 'site: Hall 2',
      worn: 'site: Hall 2',
      over: 'site: Hall 1',
      plan: `site: Hall 1, plan: { kind: advanced, end: ${addDays(today, 20)} }`,
      silent: '',
    },
    live: {
      pollStatus: (name) =>
        name === 'silent' ? { verdict: 'unreachable', triedAt: 0, failures: 3, ageMs: 1000 } : undefined,
    },
  });
  await page.reads('calm', { serial: 'AS2216000001', model: 'Smart-UPS 750', ...dates(1000) });
  await page.reads('due', { serial: 'AS2216000002', ...dates(40) });
  await page.reads('worn', { serial: 'AS2216000003', ...dates(900), signals: ['battery.replace'] });
  await page.reads('over', { serial: 'AS2216000004', ...dates(-10) });
  await page.reads('plan', { serial: 'AS2216000005', ...dates(400) });
  return page;
}

describe('the overview', () => {
  it('lists the most urgent first: what the UPS reports, what is over, what is due, what is to come, what is unknown', async () => {
    const page = await site();
    expect(listed(await page.get('/'))).toEqual(['worn', 'over', 'plan', 'due', 'calm', 'silent']);
  });

  it.each([
    ['/?state=attention', ['worn', 'over']],
    ['/?state=soon', ['plan', 'due']],
    ['/?state=quiet', ['calm']],
    ['/?state=silent', ['silent']],
    ['/?state=confirm', ['silent']],
    ['/?site=Hall+2', ['worn', 'due']],
    ['/?site=Hall+2&state=soon', ['due']],
    ['/?kind=plan', ['plan']],
    ['/?q=750', ['calm']],
    ['/?q=hall+2+as2216000002', ['due']],
    ['/?q=AS221600&site=Hall+1', ['over', 'plan', 'calm']],
    ['/?due=2031-04', ['due']],
    ['/?due=2031-03&kind=plan', ['plan']],
    ['/?q=nothing+fits', []],
    ['/?state=nonsense&kind=x&due=2031-13&page=-4', ['worn', 'over', 'plan', 'due', 'calm', 'silent']],
  ])('%s', async (path, names) => {
    expect(listed(await (await site()).get(path))).toEqual(names);
  });

  it('says what is not known to be so, and who says what the UPS does not', async () => {
    const page = await site();
    const html = await page.get('/');
    expect(html).toContain('Battery End of Life Exceeded, 10 days ago');
    expect(html).toContain('advanced, in 20 days, from the configuration');
    expect(html).toContain('Does not answer');
    expect(html).toContain('You remain responsible for your UPS units');
  });

  it('goes by pages, and keeps the filters on the way', async () => {
    const ups = Object.fromEntries(Array.from({ length: 120 }, (_none, n) => [`unit ${n}`, 'site: Hall 1']));
    const page = await TestPage.open({ ups });
    const first = await page.get('/?site=Hall+1');
    expect(listed(first)).toHaveLength(50);
    expect(first).toContain('1 to 50 of 120 units');
    const next = unescaped(/rel="next" href="([^"]*)"/.exec(first)?.[1] ?? '');
    expect(next).toBe('/?site=Hall+1&page=2');
    expect(listed(await page.get(next))[0]).toBe('unit 50');
    const last = await page.get('/?page=999');
    expect(last).toContain('101 to 120 of 120 units');
    expect(last).not.toContain('rel="next"');
  });

  it('follows a reading, a new day and a new label at once', async () => {
    const page = await site();
    await page.get('/');
    await page.reads('due', {
      serial: 'AS2216000002',
      installed: slashed(today),
      replaceBy: slashed(addDays(today, 1500)),
    });
    expect(listed(await page.get('/?state=soon'))).toEqual(['plan']);
    page.clock = `${addDays(today, 21)}T09:00:00Z`;
    await page.office.units.reassessAll();
    expect(await page.get('/?state=attention')).toContain('Advanced Plan Expired, yesterday');
  });

  it('offers the dates that hold a notice back, to be settled on the spot', async () => {
    const page = await site();
    await page.reads('calm', { serial: 'AS2216000001', ...dates(1000), replaceBy: '04/20/20<4' });
    await page.reads('calm', { serial: 'AS2216000001', ...dates(1000), replaceBy: '04/20/20<4' });
    const html = await page.get('/?q=calm');
    expect(html).toContain('Doubtful: ');
    const form = formsOf(html).find(({ hidden }) => hidden['name'] === 'calm');
    const { headers } = await page.post('/dates', { ...form?.hidden, confirm: 'replaceBy' });
    expect(headers.get('location')).toMatch(/^\/\?q=calm&say=/);
    expect(await page.get('/?q=calm')).not.toContain('Doubtful: ');
  });

  it('shows an empty site how to go on', async () => {
    const html = await (await TestPage.open()).get('/');
    expect(html).toContain('No UPS is watched yet');
  });
});

describe('filters', () => {
  it('survive the way through the address', () => {
    const filters = { q: 'a & b', site: 'Hall "2"', state: 'soon', kind: 'plan', due: '2031-04', page: 3 } as const;
    const url = new URL(overviewPath(filters, { page: 3 }), 'http://localhost');
    expect(filtersOf((name) => url.searchParams.get(name) ?? undefined)).toEqual(filters);
  });
});

describe('the timeline', () => {
  const rows = [
    new Watched(today, { name: 'a', warrantyEnd: addDays(today, 30) }).reads(dates(40)),
    new Watched(today, { name: 'b', replaceBy: today }).on(today),
    new Watched(today, { name: 'c', warrantyEnd: addDays(today, -400) }).reads(dates(396)),
    new Watched(today, { name: 'd' }).reads({ ...dates(700), signals: ['battery.replace'] }),
    new Watched(today, { name: 'e' }).reads({ installed: '01/01/2040', replaceBy: '05/05/2031' }),
  ].map(({ unit, config }) => rowOf(unit, config, today));

  it('counts what is due now, and each sound date of this month and the twelve after it', () => {
    const columns = timelineOf(rows, today);
    expect(columns.map(({ month }) => month)).toEqual([
      'now',
      '2031-03',
      '2031-04',
      '2031-05',
      '2031-06',
      '2031-07',
      '2031-08',
      '2031-09',
      '2031-10',
      '2031-11',
      '2031-12',
      '2032-01',
      '2032-02',
      '2032-03',
    ]);
    const filled = columns.filter(({ total }) => total > 0);
    expect(filled.map(({ month, counts }) => ({ month, ...counts }))).toEqual([
      { month: 'now', battery: 2, warranty: 0, plan: 0 },
      { month: '2031-04', battery: 1, warranty: 1, plan: 0 },
    ]);
  });

  it('counts one kind alone', () => {
    const [now, , april] = timelineOf(rows, today, 'warranty');
    expect([now?.total, april?.total]).toEqual([0, 1]);
  });
});
