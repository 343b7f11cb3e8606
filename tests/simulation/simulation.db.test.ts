// A seeded random marketplace: people, providers, operators, banks, the post, the clock and the power cut take turns, and
// what is promised holds after each step. SIM_PROGRAMS and SIM_STEPS for a longer run, SIM_SEED=… for the seed of the first
// program, to see it again.
import { randomInt } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { numberFromOutside } from '#tests/support/chance.ts'
import { KEPT } from './kept.ts'
import { describeFailure, programOf, runProgram, shrink } from './program.ts'
import { prepareWorlds } from './world.ts'

const STEPS = numberFromOutside('SIM_STEPS', 40)
const PROGRAMS = numberFromOutside('SIM_PROGRAMS', 4)
const FIRST_SEED = numberFromOutside('SIM_SEED', randomInt(1, 1_000_000_000))
const SHRINK_MS = numberFromOutside('SIM_SHRINK_SECONDS', 60) * 1_000
/** On a machine that does other things too. */
const MS_PER_PROGRAM_MAX = 60_000

const prepared = await prepareWorlds()
afterAll(() => prepared.template.drop())

/** Others each time, so that every run looks at something new; a failure names its own. */
const seeds = Array.from({ length: PROGRAMS }, (_, index) => FIRST_SEED + index)

test.each(seeds)(
  'a marketplace keeps its promises whatever happens: seed %i',
  async (seed) => {
    const failure = await runProgram(prepared, seed, programOf(seed, STEPS))
    const shown = failure && describeFailure(await shrink(prepared, failure, SHRINK_MS))
    expect(shown, `SIM_SEED=${seed} SIM_PROGRAMS=1 SIM_STEPS=${STEPS} npm run test:sim`).toBeNull()
  },
  MS_PER_PROGRAM_MAX + SHRINK_MS,
)

test.each(KEPT)('once it did not: %s', async (_, steps) => {
  const failure = await runProgram(prepared, 0, steps)
  expect(failure && describeFailure(failure)).toBeNull()
})
