import { describe, expect, it } from 'vitest'
import { Usage } from './command.ts'
import { COMMANDS, understand } from './commands.ts'

async function run(words: readonly string[]): Promise<void> {
  const asked = understand(words)
  if ('run' in asked) await asked.run()
}

describe('what is not understood is refused with a sentence, before anything is done', () => {
  it.each([
    ['a command that is not there', ['mailbox', 'empty'], 'There is no command "mailbox empty".'],
    ['half a command', ['webhooks'], 'There is no command "webhooks".'],
    ['an option that is not there', ['jobs', 'list', '--all'], "Unknown option '--all'"],
    ['an option without its value', ['jobs', 'list', '--state'], "Option '--state <value>' argument missing"],
    ['a missing file', ['providers', 'import'], 'FILE is missing: npm run ops -- providers import FILE'],
    ['too much', ['ledger', 'verify', 'now'], '"now" is more than ledger verify takes.'],
    [
      'a status that is none',
      ['webhooks', 'list', '--status', 'lost'],
      '--status is one of received, processed, ignored, dead.',
    ],
    ['a limit that is none', ['jobs', 'list', '--limit', 'many'], '--limit is a whole number from 1.'],
    [
      'a column for no field',
      ['providers', 'import', 'x.csv', '--mapping', 'colour=red'],
      '--mapping "colour=red" is not FIELD=COLUMN',
    ],
    [
      'a role that is none',
      ['operators', 'add', 'ann@example.test', '--role', 'king'],
      '--role is one of support, finance, admin.',
    ],
    ['an address that is none', ['operators', 'add', 'ann'], '"ann" is not a mail address.'],
    ['a job that is no number', ['jobs', 'retry', 'first'], '"first" is not the number of a job'],
    [
      'a day that is none',
      ['ledger', 'export', '--from', 'yesterday', '--to', '2026-11-01'],
      '--from is a day like 2026-11-01.',
    ],
    [
      'a journal without its days',
      ['ledger', 'export', '--from', '2026-11-01'],
      'Say --from DATE and --to DATE.',
    ],
    ['too much after one word', ['reconcile', 'now'], '"now" is more than reconcile takes.'],
    ['a scale that is none', ['demo', 'seed', '--scale', 'huge'], '--scale is full or small.'],
    ['a rollback without meaning it', ['db', 'rollback'], 'Say --destroys if you mean it.'],
  ])('%s', async (_, words, sentence) => {
    const refused = await run(words).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Usage)
    expect((refused as Usage).message).toContain(sentence)
  })
})

describe('help', () => {
  it.each([[[]], [['--help']], [['-h']]])('for %j names every command', (words) => {
    const asked = understand(words)
    for (const command of COMMANDS)
      expect(asked).toMatchObject({ say: expect.stringContaining(`  ${command.words}`) })
  })

  it.each(COMMANDS.map((command) => [command.words, command] as const))(
    'of %s names its options',
    (words, command) => {
      const asked = understand([...words.split(' '), '--help'])
      expect(asked).toMatchObject({ say: expect.stringContaining(`Usage: npm run ops -- ${words}`) })
      for (const name of Object.keys(command.options ?? {}))
        expect(asked).toMatchObject({ say: expect.stringContaining(`--${name}`) })
    },
  )
})
