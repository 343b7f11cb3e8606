import { defineConfig } from 'vitest/config'
import { MUTATIONS, plantMutation } from './tests/simulation/mutations.ts'

// One of the mistakes that `npm run test:mutations` plants, by its name.
const planted = MUTATIONS.filter(({ name }) => name === process.env['MUTATION'])
const plugins = planted.map(plantMutation)

export default defineConfig({
  test: {
    // It knows plugins by their name, and so the first mistake would be read in place of every other.
    fsModuleCache: planted.length === 0,
    reporters: ['default', './scripts/count-reporter.ts'],
    projects: [
      {
        plugins,
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['{src,sandbox,scripts,tests}/**/*.test.ts'],
          exclude: ['**/*.db.test.ts'],
        },
      },
      {
        plugins,
        test: {
          name: 'db',
          sequence: { groupOrder: 0 },
          include: ['{src,sandbox,tests}/**/*.db.test.ts'],
          globalSetup: ['tests/support/postgres-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Whole marketplaces: PostgreSQL, sandbox, worker and built site as processes, and a browser.
        test: {
          name: 'journeys',
          include: ['tests/**/*.spec.ts'],
          globalSetup: ['tests/support/build-setup.ts'],
          fileParallelism: false, // each file fills both cores with processes of its own
          sequence: { groupOrder: 1 }, // and they come after all the others
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
