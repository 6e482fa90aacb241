/** The command line's end of the control socket. */
import { connect } from 'node:net';
import { join } from 'node:path';
import { ControlError, type ControlReply, type ControlRequest, longestLine, socketName } from './protocol.ts';

/** Whether somebody listens at a socket; one that is too busy to be reached, or not ours to reach, is not dead. */
export async function isAnswered(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

/**
 * Asks the running agent.
 * @param silenceMs how long it may keep silent; as long as it likes unless given
 * @throws ControlError `not-running` when nobody listens, `no-access`, `no-answer`, `bad-reply`; else the code and
 *   message of the agent's own error
 */
export async function ask(directory: string, request: ControlRequest, silenceMs = 0): Promise<unknown> {
  const reply = await exchange(join(directory, socketName), request, silenceMs);
  if (reply.ok) return reply.result;
  throw new ControlError(reply.error.code, reply.error.message);
}

async function exchange(path: string, request: ControlRequest, silenceMs: number): Promise<ControlReply> {
  return await new Promise((resolve, reject) => {
    const socket = connect(path);
    const chunks: string[] = [];
    let length = 0;
    socket.setEncoding('utf8');
    socket.setTimeout(silenceMs, () => {
      socket.destroy(new ControlError('no-answer', `the agent at ${path} does not answer`, { retry: true }));
    });
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', (chunk: string) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > longestLine) socket.destroy(new Error('the reply is too long'));
    });
    socket.on('end', () => {
      try {
        resolve(JSON.parse(chunks.join('')) as ControlReply);
      } catch (cause) {
        reject(
          new ControlError('bad-reply', 'the agent ended the connection without an answer; is it stopping?', { cause }),
        );
      }
    });
    socket.on('error', (cause: NodeJS.ErrnoException) => reject(notAnswered(path, cause)));
  });
}

function notAnswered(path: string, cause: NodeJS.ErrnoException): ControlError {
  if (cause instanceof ControlError) return cause;
  if (cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED') {
    return new ControlError('not-running', `no agent is running on ${path}`, { retry: true, cause });
  }
  if (cause.code === 'EACCES') {
    return new ControlError(
      'no-access',
      `${path} may not be opened by this user; run the command as root or as the agent's user`,
      { cause },
    );
  }
  return new ControlError('bad-reply', `the agent at ${path} could not be asked: ${cause.message}`, { cause });
}
