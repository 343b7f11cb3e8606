import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PARTIES } from '#src/kernel/actor.ts'
import {
  BOOKING_STATES,
  findTransition,
  isLive,
  LIVE_STATES,
  TRANSITIONS,
  type BookingState,
} from './lifecycle.ts'

const ENDS: readonly BookingState[] = ['expired', 'declined', 'cancelled', 'no_show']

describe('the life of a booking', () => {
  it('never leaves an end', () => {
    expect(TRANSITIONS.filter(({ from }) => from !== null && ENDS.includes(from))).toEqual([])
  })

  it('lets time alone move every live state on, so that nothing is stuck', () => {
    for (const state of LIVE_STATES) {
      expect(TRANSITIONS.filter((row) => row.from === state && 'itselfAt' in row)).toHaveLength(1)
    }
  })

  it('stays inside the table whatever anybody tries', () => {
    const names = fc.constantFrom(...TRANSITIONS.map(({ name }) => name))
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.constantFrom(...PARTIES)), { maxLength: 40 }), (attempts) => {
        let state: BookingState = 'held'
        for (const [name, party] of attempts) {
          const found = findTransition(name, state, party)
          if (!found) continue
          expect(ENDS).not.toContain(state)
          expect(found.by).toContain(party)
          state = found.to
        }
        expect(BOOKING_STATES).toContain(state)
      }),
    )
  })

  it('takes the time in exactly the live states', () => {
    expect(BOOKING_STATES.filter(isLive)).toEqual([...LIVE_STATES])
  })
})
