// `npm run sandbox`: lets things go wrong at the Stripe sandbox of the marketplace that `npm start` runs. It asks
// over HTTP; what happens is in scenarios.ts.
import { parseArgs } from 'node:util'
import { SCENARIOS } from './scenarios.ts'

const HELP = `Lets things go wrong at the Stripe sandbox of the marketplace that runs here.

  npm run sandbox -- list                     every scenario, and what it can be given
  npm run sandbox -- scenario NAME            lets it happen to the newest object it fits
      --object ID                             or to this one
      --seconds N                             how long Stripe is down, slow or forgetful (60)
  npm run sandbox -- scenario calm            ends all faults
  npm run sandbox -- help                     this

The same scenarios are buttons at /scenarios of the sandbox's own pages.
`
/** The sandbox is on this machine and answers its own pages at once. */
const ANSWER_WITHIN_MS = 10_000

/** For the person who typed it; there is nothing to debug. */
class Sentence extends Error {}

/** Resolves to the exit code: 0 when it happened, 1 when it could not, 2 when the command was not understood. */
export async function main(
  args: string[],
  env: Record<string, string | undefined>,
  say: (text: string) => void,
  complain: (text: string) => void,
): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { object: { type: 'string' }, seconds: { type: 'string' }, help: { type: 'boolean' } },
    })
    const [command = 'help', name] = positionals
    if (values.help || command === 'help') say(HELP)
    else if (command === 'list') say(list())
    else if (command === 'scenario') say(await play(env, name, values.object, values.seconds))
    else {
      complain(`There is no command "${command}".\n\n${HELP}`)
      return 2
    }
    return 0
  } catch (error) {
    const misread = error instanceof TypeError && 'code' in error
    if (!(error instanceof Sentence) && !misread) throw error
    complain(`${error.message}\n`)
    return misread ? 2 : 1
  }
}

function list(): string {
  const entries = Object.entries(SCENARIOS)
  const widest = Math.max(...entries.map(([name]) => name.length))
  return entries
    .map(([name, { summary, object }]) => {
      return `${name.padEnd(widest)}  ${summary}${object === undefined ? '' : ` (--object ${object})`}\n`
    })
    .join('')
}

async function play(
  env: Record<string, string | undefined>,
  name: string | undefined,
  object: string | undefined,
  seconds: string | undefined,
): Promise<string> {
  if (name === undefined || !Object.hasOwn(SCENARIOS, name))
    throw new Sentence(`There is no scenario "${name ?? ''}". Known are:\n\n${list()}`)
  const fields = { ...(object && { object }), ...(seconds && { seconds }) }
  const path = `/scenarios/${name}`
  const { did, look } = await ask<{ did: string[]; look: string[] }>(env, path, fields)
  return `${[...did, 'Look at:', ...look.map((place) => `  ${place}`)].join('\n')}\n`
}

/** The sandbox's answer, or the sentence it refused with. */
async function ask<T>(
  env: Record<string, string | undefined>,
  path: string,
  fields: Record<string, string>,
): Promise<T> {
  const base = env['STRIPE_API_BASE']
  if (!base)
    throw new Sentence('No marketplace with the Stripe sandbox has been started here. Run `npm start` first.')
  let answer: unknown
  try {
    const response = await fetch(new URL(path, base), {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(fields),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    answer = await response.json()
  } catch {
    throw new Sentence(
      `No Stripe sandbox answers at ${base}. Is the marketplace running? Start it with \`npm start\`.`,
    )
  }
  const { error } = answer as { error?: unknown }
  if (typeof error === 'string') throw new Sentence(error)
  return answer as T
}

if (process.argv[1] === import.meta.filename) {
  process.exitCode = await main(
    process.argv.slice(2),
    process.env,
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  )
}
