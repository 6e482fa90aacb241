import { expect, it } from 'vitest';
import { Lately } from '../../agent/portal/preview/lately.ts';
import { settle } from '../support/fake-timers.ts';
import { TestPage } from './support.ts';

it('is worked out once, until something is written, another day comes or another config', async () => {
  const page = await TestPage.open({ ups: { rack: '' } });
  const lately = new Lately(page.desk);
  let made = 0;
  const make = async (): Promise<number> => {
    made += 1;
    return made;
  };
  expect(await Promise.all([lately.of('a', make), lately.of('a', make)])).toEqual([1, 1]);
  expect(await lately.of('b', make)).toBe(2);
  page.clock = '2031-03-10T09:00:00Z';
  await page.reads('rack', { serial: 'AS2212000001' });
  expect(await lately.of('a', make)).toBe(3);
  page.clock = '2031-03-11T09:00:00Z';
  expect(await lately.of('a', make)).toBe(4);
  await page.reload();
  expect(await lately.of('a', make)).toBe(5);
});

it('is made one after the other, and what failed is made anew', async () => {
  const lately = new Lately(await TestPage.open().then(({ desk }) => desk));
  const order: string[] = [];
  let release = (): void => {};
  const slow = lately.of('slow', async () => {
    order.push('slow begins');
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    order.push('slow ends');
  });
  const failing = expect(lately.of('failing', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const after = lately.of('after', async () => void order.push('after'));
  await settle();
  expect(order).toEqual(['slow begins']);
  release();
  await slow;
  await failing;
  await after;
  expect(order).toEqual(['slow begins', 'slow ends', 'after']);
  expect(await lately.of('failing', async () => 'now')).toBe('now');
});
