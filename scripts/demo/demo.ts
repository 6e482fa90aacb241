/**
 * The demo: `npm run demo` at a terminal, with a menu; `npm run demo -- --auto`, or without a terminal, the whole story by
 * itself, which ends with checks and exit code 0 or 1. `--mails FOLDER` says where mails are kept (demo-mails).
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { playAll } from './auto.ts';
import { terminalKeyboard } from './keys.ts';
import { playMenu } from './menu.ts';
import { PostOffice } from './post-office.ts';
import { Screen } from './screen.ts';
import { Stage } from './stage.ts';

const { values } = parseArgs({
  options: { auto: { type: 'boolean', default: false }, mails: { type: 'string', default: 'demo-mails' } },
});
const { stdin, stdout } = process;
const screen = new Screen({
  write: (text) => stdout.write(text),
  colour: stdout.isTTY && !process.env['NO_COLOR'],
  columns: () => (stdout.isTTY ? stdout.columns : 100),
});
const interactive = !values.auto && stdin.isTTY && stdout.isTTY;

screen.line(screen.paint('bold', 'upsteward demo'));
screen.note('Simulated UPS, mail server and endpoint; the agent between them is the real one.');
screen.note(`Mails are kept as ${values.mails}/*.eml, the log of the agent is beside them.`);
const starting = Stage.start(resolve(values.mails));
let closing: Promise<void> | undefined;
let office: PostOffice | undefined;
const close = (): Promise<void> => {
  closing ??= starting.then(async (stage) => {
    await office?.close();
    await stage.close();
  });
  return closing;
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    if (interactive) screen.line();
    void close().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  });
}
// Whoever reads along may leave: `npm run demo | head`.
stdout.on('error', () => void close().finally(() => process.exit(0)));
const stage = await starting;
office = await PostOffice.open(stage);
screen.note('In a browser, while this runs:');
screen.note(`  ${stage.page}  the page of the agent`);
screen.note(`  ${office.url}  the mails, to be read and answered, and the clock`);
try {
  if (interactive) {
    const keys = terminalKeyboard(stdin, () => process.kill(process.pid, 'SIGINT'));
    try {
      await playMenu(stage, screen, keys);
    } finally {
      keys.close();
    }
  } else if (!(await playAll(stage, screen))) process.exitCode = 1;
} finally {
  await close();
}
