import { parseArgs } from 'node:util'
import { optionsOf, Usage, type Command, type Given, type Option } from './command.ts'

// Each command's code is loaded when it is called, so that none waits for the others.

export const COMMANDS: readonly Command[] = [
  {
    words: 'db migrate',
    does: 'apply the migrations that are missing',
    run: async () => (await import('./database.ts')).migrate(),
  },
  {
    words: 'db status',
    does: 'list applied and pending migrations',
    run: async () => (await import('./database.ts')).printStatus(),
  },
  {
    words: 'db rollback',
    does: 'take back the newest migration',
    options: {
      steps: { value: 'N', default: '1', does: 'how many' },
      destroys: { does: 'yes, the data in them too' },
    },
    run: async (given) => (await import('./database.ts')).rollBack(given),
  },
  {
    words: 'config print',
    does: 'check the configuration; names only',
    run: async () => (await import('./database.ts')).printConfig(),
  },
  {
    words: 'demo seed',
    does: 'fill an empty marketplace with people, providers and bookings in every state',
    options: {
      scale: { value: 'full|small', default: 'full', does: 'small: one or two bookings of each kind' },
    },
    more: 'Only with DEMO_MODE=1. Run again it does nothing; a run that was cut off goes on where it was.',
    run: async (given) => (await import('./demo.ts')).seed(given),
  },
  {
    words: 'providers import',
    takes: ['FILE'],
    does: 'take providers from a CSV or JSON file; the good rows go in, each bad one is reported',
    options: {
      mapping: {
        value: 'FIELD=COLUMN',
        many: true,
        does: 'a column that is not found by its usual name; may be repeated',
      },
      category: { value: 'ID', does: 'category of rows that name none' },
      services: { value: 'LIST', does: '"Haircut:30:45.00; Wash & cut:45:60", name:minutes:price' },
      country: { value: 'CODE', does: 'country of rows that name none, like CA' },
      currency: { value: 'CODE', does: "of prices; default the marketplace's" },
      status: { value: 'live|draft', default: 'live', does: 'whether they are found at once' },
      source: {
        value: 'NAME',
        does: "where the rows come from, so that the next import changes the same providers; default the file's name",
      },
      duplicates: { value: 'keep|skip', default: 'keep', does: 'rows that say the same as an earlier one' },
      'dry-run': { does: 'check everything and write nothing' },
    },
    more: [
      'A COLUMN may be a path (address.city) or a sentence with columns in it: --mapping "name=Hair salon, {street}".',
      'Fields: id, name, headline, description, addressLine, city, region, postalCode, country, latitude, longitude,',
      'timeZone, email, phone, category, monday … sunday. Hours are words: "9 AM - 7 PM", "closed", "9:00-12:00, 13:00-17:30".',
    ].join('\n'),
    run: async (given) => (await import('./providers.ts')).importFile(given),
  },
  {
    words: 'openings rebuild',
    does: 'work out anew where each service has time, which searches look at first',
    run: async () => (await import('./openings.ts')).rebuild(),
  },
  {
    words: 'openings verify',
    does: 'hold them against the calendars; exit code 1 naming services that differ',
    run: async () => (await import('./openings.ts')).verify(),
  },
  {
    words: 'operators add',
    takes: ['EMAIL'],
    does: 'make somebody an operator; who has no account gets one',
    options: {
      role: { value: 'support|finance|admin', default: 'support', does: 'what they may do' },
      name: { value: 'NAME', does: 'of a new account' },
    },
    more: 'A new account gets a password that is printed once.',
    run: async (given) => (await import('./operators.ts')).add(given),
  },
  {
    words: 'ledger verify',
    does: 'work out every sealed day and every balance again from nothing; exit code 1 naming what differs',
    run: async () => (await import('./ledger.ts')).verify(),
  },
  {
    words: 'ledger export',
    does: 'write the journal of some days: every transfer recorded on them',
    options: {
      from: { value: 'DATE', does: 'the first day (UTC), like 2026-11-01' },
      to: { value: 'DATE', does: 'the last day (UTC)' },
      format: { value: 'csv|json', default: 'csv', does: 'how it is written' },
      file: { value: 'FILE', does: 'where to; without it, to the terminal' },
    },
    more: 'Written as it is read, however long it is. A day that is sealed gives the same journal for ever.',
    run: async (given) => (await import('./ledger.ts')).exportDays(given),
  },
  {
    words: 'reconcile',
    does: "match Stripe's balance, the ledger and the bookings; exit code 1 while something differs",
    options: {
      since: {
        value: 'DATE',
        does: 'look at everything from that day (UTC) on again; default since the last run',
      },
    },
    more: 'Differences are repaired by replaying what Stripe says where that is right. Harmless to repeat.',
    run: async (given) => (await import('./reconciliation.ts')).run(given),
  },
  {
    words: 'webhooks list',
    does: 'list received webhooks, newest first',
    options: {
      status: { value: 'STATUS', does: 'only received, processed, ignored or dead ones' },
      about: { value: 'TEXT', does: "an event's or object's id, or the beginning of a type" },
      limit: { value: 'N', default: '20', does: 'at most 50' },
    },
    run: async (given) => (await import('./webhooks.ts')).list(given),
  },
  {
    words: 'webhooks replay',
    takes: ['ID'],
    does: 'have a webhook acted on again',
    options: { reason: { value: 'TEXT', default: 'from the command line', does: 'kept in the audit log' } },
    more: 'Harmless to repeat: what it names is read anew, and an effect it had already is not had twice.',
    run: async (given) => (await import('./webhooks.ts')).replay(given),
  },
  {
    words: 'jobs list',
    does: 'list what the worker still has to do, newest first',
    options: {
      state: { value: 'STATE', does: 'only waiting, running, retrying or dead ones' },
      limit: { value: 'N', default: '20', does: 'at most 50' },
    },
    run: async (given) => (await import('./jobs.ts')).list(given),
  },
  {
    words: 'jobs retry',
    takes: ['ID'],
    does: 'run a job now that failed, with a full set of tries',
    options: { reason: { value: 'TEXT', default: 'from the command line', does: 'kept in the audit log' } },
    run: async (given) => (await import('./jobs.ts')).retry(given),
  },
]

/** What the words ask for: text to be said, or a command to be run. @throws {Usage} when they cannot be understood. */
export function understand(words: readonly string[]): { say: string } | { run: () => Promise<void> } {
  const [group = '', name = ''] = words
  if (['', 'help', '--help', '-h'].includes(group)) return { say: usage() }
  const command = COMMANDS.find((each) => each.words === group || each.words === `${group} ${name}`)
  if (!command) throw new Usage(`There is no command "${`${group} ${name}`.trim()}".\n\n${usage()}`)
  const given = parse(command, words.slice(command.words.split(' ').length))
  return given === 'help' ? { say: help(command) } : { run: () => command.run(given) }
}

function synopsis({ words, takes = [] }: Command): string {
  return [words, ...takes].join(' ')
}

function usage(): string {
  const width = Math.max(...COMMANDS.map((command) => synopsis(command).length))
  const lines = COMMANDS.map((command) => `  ${synopsis(command).padEnd(width)}  ${command.does}`)
  return ['Usage: npm run ops -- COMMAND', '', ...lines, '', 'COMMAND --help says more.'].join('\n')
}

function help(command: Command): string {
  const { does, options = {}, more } = command
  const sentence = `${does.charAt(0).toUpperCase()}${does.slice(1)}.`
  const lines = Object.entries(options).map(([name, option]) => optionLine(name, option))
  return [
    `Usage: npm run ops -- ${synopsis(command)}${lines.length > 0 ? ' [OPTIONS]' : ''}`,
    ...['', sentence],
    ...(lines.length > 0 ? ['', ...lines] : []),
    ...(more ? ['', more] : []),
  ].join('\n')
}

function optionLine(name: string, { value, does, default: fallback }: Option): string {
  const said = value === undefined ? `--${name}` : `--${name} ${value}`
  return `  ${said.padEnd(24)}  ${does}${fallback === undefined ? '' : ` (${fallback})`}`
}

function parse(command: Command, args: string[]): Given | 'help' {
  const options = { ...optionsOf(command), help: { type: 'boolean', short: 'h' } as const }
  const { values, positionals } = readArgs(args, options)
  if (values['help'] === true) return 'help'
  const { takes = [] } = command
  const missing = takes[positionals.length]
  if (missing) throw new Usage(`${missing} is missing: npm run ops -- ${synopsis(command)}`)
  if (positionals.length > takes.length)
    throw new Usage(`"${positionals[takes.length]}" is more than ${command.words} takes.`)
  return {
    args: positionals,
    option: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    all: (name) => [values[name] ?? []].flat().filter((value) => typeof value === 'string'),
    has: (name) => values[name] === true,
  }
}

function readArgs(args: string[], options: NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new Usage((error as Error).message)
  }
}
