import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Two kinds of tests. `unit` needs nothing but Node; `peers` talks to Debian's own programs (snmpd, snmpsim) and
 * fails, never skips, where one of them is missing.
 */
export default defineConfig({
  test: {
    // Most tests wait for processes and sockets: two at a time give each core its work.
    maxWorkers: 2 * availableParallelism(),
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: 'test/support/built.ts',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: ['test/**/*.peer.test.ts'],
          // Many seconds more than any test takes: a machine that does other work must not make one fail.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'peers',
          globalSetup: 'test/support/built.ts',
          include: ['test/**/*.peer.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
    coverage: { include: ['agent/**', 'drivers/**', 'config/**'] },
  },
});
