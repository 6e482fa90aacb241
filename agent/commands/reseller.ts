/** The relation with the reseller, as it can be asked for. */
import { answerKinds, answerWays } from '../lifecycle/connection.ts';
import type { Office } from '../office.ts';
import { type Answer, answer } from '../operations/answer.ts';
import { type ConnectionView, connectionView } from '../operations/overview.ts';
import { cancel, disconnect, invite, type Moved, tick } from '../operations/reseller.ts';
import { type Args, optionalText, text, word } from './arguments.ts';

/** By name; see docs/commands.md. */
export const resellerCommands = {
  'reseller status': async (office: Office): Promise<ConnectionView> => {
    await tick(office.desk);
    return connectionView(office.desk);
  },
  'reseller invite': async (office: Office): Promise<Moved> => await invite(office.desk),
  'reseller cancel': async (office: Office): Promise<Moved> => await cancel(office.desk),
  'reseller disconnect': async (office: Office): Promise<Moved> => await disconnect(office.desk),
  'reseller accept': async (office: Office, args: Args): Promise<Answer> =>
    await answer(office.desk, text(args, 'code'), 'accept', 'code'),
  'reseller decline': async (office: Office, args: Args): Promise<Answer> =>
    await answer(office.desk, text(args, 'code'), 'decline', 'code'),
  /** An answer that came in by itself: from the page behind the link, the mailbox or the endpoint. */
  'reseller answer': async (office: Office, args: Args): Promise<Answer> => {
    const [kind, by] = [word(args, 'kind', answerKinds), word(args, 'by', answerWays)];
    const from = optionalText(args, 'from');
    return await answer(office.desk, text(args, 'token'), kind, by, from === undefined ? {} : { from });
  },
};
