/** `set-password`: the password of the page is asked for, and its hash is written into the config file. */
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { ConfigEditError, configPath, edit, hashPassword } from '../../config/config.ts';
import { OperationError } from '../operations/desk.ts';
import type { GlobalOptions } from './session.ts';

/** Passwords people choose are guessed below this length (NIST SP 800-63B, 3.1.1.2). */
const shortest = 8;

/** Adds `set-password` to the program. */
export function addPassword(program: Command, globals: () => GlobalOptions): void {
  program
    .command('set-password')
    .description('set the password of the page: asks twice, or reads a line from standard input')
    .option('--print', 'print the hash and leave the config file as it is')
    .action(async ({ print }: { print?: boolean }) => {
      const hash = await hashPassword(await askTwice(process.stdin));
      if (print) process.stdout.write(`${hash}\n`);
      else await write(configPath(globals().config, process.env), hash);
    });
}

async function write(path: string, hash: string): Promise<void> {
  let elsewhere = false;
  try {
    await edit(
      path,
      (file) => {
        elsewhere = file.value(['portal', 'passwordHashFile']) !== undefined;
        if (!elsewhere) file.set(['portal', 'passwordHash'], hash);
      },
      { mends: true },
    );
  } catch (error) {
    if (!(error instanceof ConfigEditError)) throw error;
    process.stderr.write(`${error.message}\nWrite this by hand instead:\n`);
    process.stdout.write(`portal:\n  passwordHash: ${hash}\n`);
    process.exitCode = 1;
    return;
  }
  if (elsewhere) {
    process.stderr.write(`${path} names the file of the hash in portal.passwordHashFile. Put this into that file:\n`);
    process.stdout.write(`${hash}\n`);
  } else {
    process.stdout.write(`The hash of the password is in ${path}. A running agent takes it with: upsteward reload\n`);
  }
}

async function askTwice(input: NodeJS.ReadStream): Promise<string> {
  const password = input.isTTY ? await ask(input, 'New password for the page: ') : await firstLine(input);
  if ([...password].length < shortest) {
    throw new OperationError('bad-password', `the password must have at least ${shortest} characters`);
  }
  if (input.isTTY && (await ask(input, 'The same again: ')) !== password) {
    throw new OperationError('bad-password', 'the two are not the same; nothing was changed');
  }
  return password;
}

async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input })) return line;
  return '';
}

/** A line that is typed without being shown. */
async function ask(input: NodeJS.ReadStream, prompt: string): Promise<string> {
  process.stderr.write(prompt);
  input.setRawMode(true);
  input.setEncoding('utf8');
  try {
    return await typed(input);
  } finally {
    input.setRawMode(false);
    input.pause();
    process.stderr.write('\n');
  }
}

/** Enter, and what ends a line at a terminal: Ctrl-C and Ctrl-D. */
const ends: ReadonlySet<string> = new Set(['\r', '\n', '\u0003', '\u0004']);

function typed(input: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = '';
    const take = (text: string): void => {
      // Arrow keys and the like come as one escape sequence.
      if (text.startsWith('\u001b')) return;
      const end = text.split('').findIndex((key) => ends.has(key));
      line = [...text.slice(0, end < 0 ? undefined : end)].reduce(afterKey, line);
      if (end < 0) return;
      input.off('data', take);
      if (text[end] === '\u0003') reject(new OperationError('cancelled', 'nothing was changed'));
      else resolve(line);
    };
    input.on('data', take);
    input.resume();
  });
}

function afterKey(line: string, key: string): string {
  if (key === '\u007f' || key === '\b') return [...line].slice(0, -1).join('');
  return key >= ' ' ? line + key : line;
}
