/** Each state of the connection and each refusal, on the page, in the mails, and in the words of the command line. */
import { beforeEach, describe, expect, it } from 'vitest';
import { address, confirmed, customer, invited, Story, words } from './faq-support.ts';
import { states } from './reseller-states.ts';

let story: Story;
beforeEach(async () => {
  story = await Story.open();
});

describe('the status', () => {
  it.each(states)('$state: shown, explained, left only by what makes sense, told to the customer', async (each) => {
    await each.reached(story);
    const { page, json, cli } = await story.status();
    expect({ page, json }).toEqual({ page: each.state, json: each.json });
    expect(cli).toContain(`\n${each.state}: `);
    expect(cli).toContain(each.means);
    expect(words(await story.page.get('/reseller'))).toContain(each.means);
    expect(await story.buttons()).toEqual([...each.buttons, 'Update Settings']);
    const told = story.subjects(customer);
    expect(told).toHaveLength(each.customer?.length ?? 0);
    for (const [index, subject] of (each.customer ?? []).entries()) expect(told[index]).toMatch(subject);
  });
});

describe('what cannot be done says why, and changes nothing', () => {
  const refusals: readonly [string, (s: Story) => Promise<unknown>, string, Record<string, string>, string][] = [
    [
      'two addresses',
      invited,
      'settings',
      { email: `${address}, b@c.example`, language: '' },
      'holds more than one address',
    ],
    [
      'an address and "Not interested?"',
      async () => {},
      'settings',
      { email: address, language: '', notInterested: 'yes' },
      'exclude each other',
    ],
    ['a wrong code', invited, 'accept', { code: 'AAAA-AAAA' }, 'that is not the code of the latest invitation'],
    [
      'the same address once more',
      confirmed,
      'settings',
      { email: address, language: '' },
      'The settings are as they were.',
    ],
  ];
  it.each(refusals)('%s', async (_, reached, action, fields, says) => {
    await reached(story);
    const before = await story.status();
    const count = story.sink.mails.length;
    expect(await story.press(action, fields)).toContain(says);
    expect(await story.status()).toEqual(before);
    expect(story.sink.mails).toHaveLength(count);
  });

  it.each<[string, (s: Story) => Promise<unknown>, string, string]>([
    ['inviting whoever has accepted', confirmed, 'reseller invite', 'has already accepted; disconnect first'],
    ['cancelling what was accepted', confirmed, 'reseller cancel', 'there is no invitation to cancel'],
    ['disconnecting before an answer', invited, 'reseller disconnect', 'there is nothing to disconnect'],
  ])('%s, in the words of the command line', async (_, reached, command, says) => {
    await reached(story);
    const before = await story.status();
    expect(await story.page.desk.run(command, {})).toMatchObject({
      changed: false,
      says: expect.stringContaining(says),
    });
    expect(await story.status()).toEqual(before);
  });
});
