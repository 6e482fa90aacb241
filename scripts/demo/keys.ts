/** Keys pressed at a terminal, one at a time; and lines typed at a prompt. */

export interface Keyboard {
  /** The next key, or `undefined` when there will be none. */
  next(): Promise<string | undefined>;
}

/** What the terminal is left with must be what it was: call `close`. */
export interface TerminalKeyboard extends Keyboard {
  close(): void;
}

/** Reads single keys; Ctrl-C goes to `interrupt`. */
export function terminalKeyboard(stdin: NodeJS.ReadStream, interrupt: () => void): TerminalKeyboard {
  const pressed: string[] = [];
  let ended = false;
  let wake: () => void = () => {};
  const onData = (text: string): void => {
    // Arrow keys and the like come as one escape sequence.
    if (text.length > 1 && text.startsWith('\u001b')) return;
    if (text.includes('\u0003')) interrupt();
    else pressed.push(...text);
    if (text.includes('\u0004')) ended = true;
    wake();
  };
  const onEnd = (): void => {
    ended = true;
    wake();
  };
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.on('data', onData);
  stdin.on('end', onEnd);
  return {
    async next() {
      while (pressed.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return ended ? undefined : pressed.shift();
    },
    close() {
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}

/** A line typed at a prompt; `undefined` when Escape was pressed instead. */
export async function readLine(keys: Keyboard, echo: (text: string) => void): Promise<string | undefined> {
  let line = '';
  for (;;) {
    const key = await keys.next();
    if (key === undefined || key === '\u001b') {
      echo('\n');
      return undefined;
    }
    if (key === '\r' || key === '\n') {
      echo('\n');
      return line.trim();
    }
    if (key === '\u007f' || key === '\b') {
      if (line !== '') echo('\b \b');
      line = line.slice(0, -1);
    } else if (key >= ' ') {
      line += key;
      echo(key);
    }
  }
}
