/** The mailbox for answers by access token, as the whole agent reads it, against Debian's dovecot. */
import { createTransport } from 'nodemailer';
import { expect, it } from 'vitest';
import { MailServer } from '../support/mail-server.ts';
import { TokenServer } from '../support/token-server.ts';
import { afterwards, reseller, World } from './support.ts';

const mailbox = 'answers@customer.example';

it('is read once the secret is right, and takes an answer', { timeout: 120_000 }, async () => {
  const provider = await TokenServer.start({ user: mailbox });
  afterwards(() => provider.close());
  const tokens = { introspectionUrl: provider.introspectionUrl, mechanisms: 'xoauth2 oauthbearer' } as const;
  const server = await MailServer.start({ mailboxes: [mailbox], tokens });
  afterwards(() => server.stop());
  const world = await World.open([]);
  world.clock = new Date();
  const words = (secret: string) => ({
    ups: [],
    reseller,
    more: [
      'answers:',
      `  url: imaps://localhost:${server.ports.imaps}`,
      `  user: ${mailbox}`,
      `  caFile: ${server.caFile}`,
      `oauth2: { tokenUrl: "${provider.url}", clientId: upsteward, clientSecret: ${secret} }`,
    ].join('\n'),
  });
  const agent = await world.start(words('another-secret-never-shown'));
  await world.book.until('answers.not-readable');
  expect(world.book.of('answers.not-readable')).toEqual([expect.stringMatching(/does not know the application/)]);
  expect((await world.status()).answers).toMatchObject({ trouble: expect.stringMatching(/invalid_client/) });

  await agent.reload(await world.config(words('client-secret-never-shown')));
  await world.sink.arrived(1);
  const invitation = world.sink.mails.find(({ to }) => to.includes(reseller))?.parsed;
  const transport = createTransport({ host: '127.0.0.1', port: server.ports.mx, ignoreTLS: true });
  await transport.sendMail({
    from: reseller,
    to: mailbox,
    subject: `Re: ${invitation?.subject}`,
    inReplyTo: invitation?.messageId ?? '',
    text: 'Accept\n',
  });
  await world.book.until('connection.confirmed');
  expect((await world.status()).answers).toEqual({ address: mailbox });
  expect(JSON.stringify(world.book.lines)).not.toMatch(/never-shown/);
});
