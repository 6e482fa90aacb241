import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { playMenu } from '../../scripts/demo/menu.ts';
import { Screen } from '../../scripts/demo/screen.ts';
import { Stage } from '../../scripts/demo/stage.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs the demo as `npm run demo` does, without a terminal; `onOutput` sees what it has written so far. */
function runDemo(onOutput: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => {}) {
  const args = ['--import', 'tsx', 'scripts/demo/demo.ts', '--auto', '--mails', join(folder, 'mails')];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, TMPDIR: folder, NO_COLOR: '1', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const read = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
    onOutput(output, (signal) => child.kill(signal));
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output }));
  });
}

const leftOver = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name.startsWith('upsteward-'));

describe('the demo without a terminal', () => {
  it('plays the whole story, and everything holds', { timeout: 120_000 }, async () => {
    const { code, output } = await runDemo();
    expect(output.split('\n').filter((line) => line.startsWith('✗'))).toEqual([]);
    expect(output.match(/^✓/gm)?.length).toBeGreaterThanOrEqual(11);
    expect(output).not.toContain('\u001b[');
    expect(code).toBe(0);
    const names = (await readdir(join(folder, 'mails'))).filter((name) => name.endsWith('.eml')).sort();
    const first = await simpleParser(await readFile(join(folder, 'mails', names[0] ?? '')));
    expect(names.length).toBeGreaterThan(10);
    expect(first.subject).toContain('would like to keep you informed');
    expect(await leftOver()).toEqual([]);
  });

  it('cleans up when it is interrupted', { timeout: 60_000 }, async () => {
    let killed = false;
    const { code } = await runDemo((output, kill) => {
      if (killed || !output.includes('A week on')) return;
      killed = true;
      kill('SIGINT');
    });
    expect(killed).toBe(true);
    expect(code).toBe(130);
    expect(await leftOver()).toEqual([]);
  });
});

describe('the demo with a person', () => {
  /** Presses keys one after the other; gives what the screen showed. */
  async function press(keys: readonly string[]): Promise<string> {
    let shown = '';
    const screen = new Screen({
      write: (text) => {
        shown += text;
      },
      colour: false,
      columns: () => 80,
    });
    const stage = await Stage.start(join(folder, 'mails'));
    try {
      const left = [...keys];
      await playMenu(stage, screen, { next: async () => left.shift() });
    } finally {
      await stage.close();
    }
    return shown;
  }

  it('accepts with Enter, shows the mail of the next day, reminds, previews, quits', { timeout: 60_000 }, async () => {
    const shown = await press(['r', 'a', '\r', '1', 'r', '2', '\r', 'e', 's', 'p', 'm', '\u001b', 'q']);
    expect(shown).toContain('No reminder: the reseller has not accepted');
    expect(shown).toContain('the reseller is confirmed');
    expect(shown).toContain('Subject: 8 UPS need attention');
    expect(shown).toContain('Subject: Reminder: Battery Needs Replacement');
    expect(shown.split('\n').filter((line) => line.length > 80 && !/^[│└]/.test(line))).toEqual([]);
  });

  it('accepts and opts out by a button at the endpoint', { timeout: 60_000 }, async () => {
    const shown = await press(['c', 'c', 'c']);
    expect(shown).toContain('the reseller is confirmed');
    expect(shown).toContain('the reseller is opted-out');
    expect(shown.match(/says: (\w+)/g)).toEqual(['says: taken', 'says: taken']);
    expect(shown).toContain('✗ Nothing to answer');
  });

  it('takes a typed code, refuses a wrong one, and declines', { timeout: 60_000 }, async () => {
    const shown = await press(['a', ...'XX', '\u007f', '\r', 'd', '\r', '?', '7', 'i']);
    expect(shown).toContain('✗ that is not the code of the latest invitation');
    expect(shown).toContain('✓ the invitation is declined.');
    expect(shown).toContain('the reseller is declined');
    expect(shown).toContain('✓ sales@power-partner.example is invited.');
  });
});
