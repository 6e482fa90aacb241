/** Tries a mailbox as the agent would use it, and changes nothing in it. */
import { ImapFlow } from 'imapflow';
import { explainMailbox } from './mailbox-error.ts';
import { clientOptions, contextOf, type MailboxOptions, withLogin } from './mailbox-login.ts';

export interface MailboxCheck {
  readonly secure: boolean;
  /** The login was with an access token. */
  readonly byToken: boolean;
  /** New mail is announced at once (RFC 2177). */
  readonly announces: boolean;
  /** Mail can be moved without taking other mail with it: MOVE (RFC 6851) or UIDPLUS (RFC 4315). */
  readonly moves: boolean;
  /** Mail in the folder can be marked as read. */
  readonly writable: boolean;
  /** The folder for handled mail, where one is configured. */
  readonly handled?: 'writable' | 'read-only' | 'missing';
}

/** Connects, logs in, and opens the folders. @throws MailboxError */
export async function checkMailbox(options: MailboxOptions): Promise<MailboxCheck> {
  return await withLogin(options, async (login) => {
    const client = new ImapFlow(clientOptions(options, login));
    // An error that nobody waits for would end the process; whoever waits gets it as well.
    client.on('error', () => {});
    try {
      await client.connect();
      const { capabilities } = client;
      const { readOnly, permanentFlags } = await client.mailboxOpen(options.folder);
      const keepsSeen = permanentFlags === undefined || permanentFlags.has('\\Seen') || permanentFlags.has('\\*');
      return {
        secure: client.secureConnection,
        byToken: 'accessToken' in login,
        announces: capabilities.has('IDLE'),
        moves: capabilities.has('MOVE') || capabilities.has('UIDPLUS'),
        writable: readOnly !== true && keepsSeen,
        ...(options.moveTo === undefined ? {} : { handled: await folderFor(client, options.moveTo) }),
      };
    } catch (error) {
      throw explainMailbox(error, contextOf(options, login));
    } finally {
      client.close();
    }
  });
}

async function folderFor(client: ImapFlow, path: string): Promise<'writable' | 'read-only' | 'missing'> {
  try {
    const { readOnly } = await client.mailboxOpen(path);
    return readOnly === true ? 'read-only' : 'writable';
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'mailboxMissing') === true) return 'missing';
    throw error;
  }
}
