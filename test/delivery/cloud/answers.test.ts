/** A reply of the endpoint is read without trust: whatever it holds, what is an answer is found, and nothing throws. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Heard, heardNothing, hearReply, maxAnswers } from '../../../agent/delivery/cloud/answers.ts';
import { signWebhook } from '../../../agent/delivery/cloud/sign.ts';
import { secret } from './samples.ts';

const good = { id: 'a1', token: '7M3Q9ZK2V8N4X6B1D5F0G7H2JA', answer: 'accept' };

function hear(body: unknown, headers: Readonly<Record<string, string>> = {}, required = false): Heard {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return hearReply(text, { secret, id: 'msg_1', header: (name) => headers[name], required });
}

describe('a reply', () => {
  it('hands over answers, with what it knows of them; what is unknown is no mistake', () => {
    const full = { ...good, givenAt: '2027-05-04T08:03:21+02:00', from: 'ann@reseller.example', how: 'by phone' };
    const heard = hear({ answers: [{ ...full, colour: 'green' }], weather: 'fine' });
    expect(heard).toEqual({ speaks: true, answers: [full], invalid: [] });
  });

  it('may say that there are none, or speak of something else', () => {
    expect(hear({ answers: [] })).toEqual({ ...heardNothing, speaks: true });
    for (const other of [
      '',
      'thank you',
      '{}',
      '[]',
      'null',
      '"answers"',
      { said: 'answers' },
      { deep: { answers: [1] } },
    ])
      expect(hear(other), String(other)).toEqual(heardNothing);
  });

  it('is not stopped by one that is no answer', () => {
    const bad = [
      null,
      'accept',
      {},
      { ...good, id: 'b1', answer: 'yes' },
      { ...good, id: 'b2', token: '' },
      { ...good, id: 'b3', token: 7 },
      { ...good, id: 'b4', givenAt: 'yesterday' },
      { ...good, id: 'b5', from: 'x'.repeat(255) },
      { ...good, id: 'x'.repeat(101) },
      { ...good, id: ['a1'] },
    ];
    const heard = hear({ answers: [...bad, good] });
    expect(heard.answers).toEqual([good]);
    expect(heard.invalid.map(({ id }) => id)).toEqual([
      undefined,
      undefined,
      undefined,
      'b1',
      'b2',
      'b3',
      'b4',
      'b5',
      undefined,
      undefined,
    ]);
    for (const { why } of heard.invalid) expect(why).not.toBe('');
  });

  it.each([
    ['{"answers": [', 'no JSON'],
    ['{"answers": {"0": 1}}', 'no list'],
    ['{"answers": null}', 'no list'],
  ])('that is broken says why: %s', (body, why) => {
    expect(hear(body)).toEqual({ ...heardNothing, trouble: expect.stringContaining(why) });
  });

  it('is looked at so far and no further', () => {
    const many = Array.from({ length: 500 }, (_, n) => ({ ...good, id: `a${n}` }));
    expect(hear({ answers: many }).answers.map(({ id }) => id)).toEqual(many.slice(0, maxAnswers).map(({ id }) => id));
  });

  it('never throws, and never makes an answer of anything else', () => {
    const value = fc.oneof(
      fc.json(),
      fc.jsonValue().map((each) => JSON.stringify({ answers: each })),
      fc.string(),
    );
    fc.assert(
      fc.property(value, (body) => {
        expect(hear(body).answers).toEqual([]);
      }),
    );
  });
});

describe('the signature of a reply', () => {
  const body = JSON.stringify({ answers: [good] });
  const signed = (id = 'msg_1', key = secret, text = body) => ({ ...signWebhook(key, id, new Date(0), text) });
  const another = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

  it('must be there without TLS, and may be with it', () => {
    expect(hear(body, {}, true)).toEqual({ ...heardNothing, trouble: expect.stringContaining('not signed') });
    for (const required of [true, false]) expect(hear(body, signed(), required).answers).toEqual([good]);
  });

  it('may be one of several, as while a secret is changed', () => {
    const headers = signed();
    const both = { ...headers, 'webhook-signature': `v1a,zzz v1,AAAA ${headers['webhook-signature']}` };
    expect(hear(body, both, true).answers).toEqual([good]);
  });

  it.each([
    ['with another secret', signed('msg_1', another)],
    ['of another request', signed('msg_2')],
    ['of another body', signed('msg_1', secret, `${body} `)],
    ['that is empty', { ...signed(), 'webhook-signature': '' }],
    ['of another kind', { ...signed(), 'webhook-signature': 'v2,AAAA' }],
    ['without a time', { 'webhook-id': 'msg_1', 'webhook-signature': signed()['webhook-signature'] }],
  ])('%s counts for nothing, with TLS or without', (_, headers) => {
    for (const required of [true, false])
      expect(hear(body, headers, required)).toEqual({ ...heardNothing, trouble: expect.stringContaining('wrong') });
  });
});
