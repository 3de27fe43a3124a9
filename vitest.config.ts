import { defineConfig } from 'vitest/config'

// Packages are tested on their sources, not on what was built of them.
const resolve = { conditions: ['source'] }
const ssr = { resolve: { conditions: ['source', 'node'], externalConditions: ['source', 'node'] } }

export default defineConfig({
  test: {
    // CI counts tests by this file.
    reporters: process.env['WALGTEST_REPORT']
      ? ['default', ['json', { outputFile: process.env['WALGTEST_REPORT'] }]]
      : ['default'],
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['src/*/test/**/*.test.ts', 'plugins/*/test/**/*.test.ts', 'test/guards/**/*.test.ts'],
          // No time limit decides a test, however busy the machine is; this one is for what hangs.
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'system',
          include: ['test/{e2e,compat}/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Each file starts servers of its own, and waits for them much of the time.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      // They wait for networks, servers and npm most of the time.
      ...['storages', 'plugins'].map((name) => ({
        resolve,
        ssr,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      })),
    ],
  },
})
