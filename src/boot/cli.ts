import { ConfigInvalid } from '#src/platform/config.ts'
import { MigrationRefused } from '#src/platform/db/migrate.ts'
import { Refusal } from '#src/platform/errors.ts'
import { Failed, say, Usage } from './cli/command.ts'
import { understand } from './cli/commands.ts'

// `npm run ops -- COMMAND …`: what the people who run a marketplace do from a terminal.

try {
  const asked = understand(process.argv.slice(2))
  if ('say' in asked) say(asked.say)
  else await asked.run()
} catch (error) {
  const expected =
    error instanceof Usage ||
    error instanceof Failed ||
    error instanceof Refusal ||
    error instanceof ConfigInvalid ||
    error instanceof MigrationRefused
  process.stderr.write(`${expected ? error.message : (error as Error).stack}\n`)
  process.exitCode = error instanceof Usage ? 2 : 1
}
