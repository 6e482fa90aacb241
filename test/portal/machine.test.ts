import { describe, expect, it } from 'vitest';
import { passwordHash, TestPage } from './support.ts';

const behindLogin = { portal: ['listen: 0.0.0.0:8080', `passwordHash: ${passwordHash}`] };

describe('what machines ask', () => {
  it('is answered with 200 while all is well', async () => {
    const page = await TestPage.open({});
    for (const path of ['/-/healthy', '/-/ready']) {
      expect(await page.ask(path)).toMatchObject({ status: 200, text: 'ok\n' });
    }
    expect(await page.ask('/metrics')).toMatchObject({ status: 200, text: 'upsteward_clock_ok 1\n' });
  });

  it.each([
    ['/-/healthy', { stuck: () => ['polling of rack'] }, 'no progress'],
    ['/-/ready', { ready: () => false }, 'not every UPS'],
    ['/-/ready', { clockTrouble: () => 'it is 1970' }, 'the clock is wrong'],
  ])('%s says 503 and why', async (path, live, why) => {
    const answer = await (await TestPage.open({ live })).ask(path);
    expect(answer.status).toBe(503);
    expect(answer.text).toContain(why);
    expect(answer.text).not.toContain('rack');
  });

  it('tells a stranger nothing but that the agent lives', async () => {
    const page = await TestPage.open(behindLogin);
    expect(await page.ask('/-/healthy')).toMatchObject({ status: 200, text: 'ok\n' });
    expect((await page.ask('/metrics')).text).not.toContain('upsteward_clock_ok');
  });
});
