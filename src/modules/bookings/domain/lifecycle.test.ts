import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { PARTIES, type Party } from '#src/kernel/actor.ts'
import { BOOKING_STATES, findTransition, LIVE_STATES, TRANSITIONS, type BookingState } from './lifecycle.ts'

/**
 * What each party can do, written from the product's promises and not from the table: move, and where it leads. Who is not
 * named can do nothing there.
 */
const CAN: Record<BookingState | 'nothing yet', Partial<Record<Party, string>>> = {
  'nothing yet': { customer: 'hold held', guest: 'hold held' },
  held: {
    customer: 'cancel cancelled',
    guest: 'cancel cancelled',
    operator: 'cancel cancelled',
    system: 'confirm confirmed, request awaiting_provider, expire expired',
  },
  awaiting_provider: {
    customer: 'cancel cancelled, reschedule awaiting_provider',
    guest: 'cancel cancelled, reschedule awaiting_provider',
    provider: 'accept confirmed, decline declined',
    operator: 'accept confirmed, decline declined, cancel cancelled, reschedule awaiting_provider',
    system: 'decline declined',
  },
  confirmed: {
    customer: 'cancel cancelled, reschedule confirmed, report_no_show no_show',
    guest: 'cancel cancelled, reschedule confirmed, report_no_show no_show',
    provider: 'cancel cancelled, report_no_show no_show',
    operator: 'cancel cancelled, reschedule confirmed, report_no_show no_show',
    system: 'cancel cancelled, start in_progress',
  },
  in_progress: {
    customer: 'report_no_show no_show',
    guest: 'report_no_show no_show',
    provider: 'complete completed, report_no_show no_show',
    operator: 'complete completed, report_no_show no_show',
    system: 'complete completed',
  },
  completed: {
    customer: 'report_no_show no_show',
    guest: 'report_no_show no_show',
    provider: 'report_no_show no_show',
    operator: 'report_no_show no_show',
  },
  expired: {},
  declined: {},
  cancelled: {},
  no_show: {},
}

const NAMES = [...new Set(TRANSITIONS.map(({ name }) => name))]
const sorted = (moves: readonly string[]) => moves.filter((move) => move !== '').sort()

describe('the life of a booking', () => {
  it.each(Object.entries(CAN))(
    'lets each party do with a booking that is %s what is promised, and no more',
    (state, can) => {
      const from = BOOKING_STATES.find((each) => each === state) ?? null
      for (const party of PARTIES) {
        const found = NAMES.flatMap((name) => {
          const transition = findTransition(name, from, party)
          return transition ? [`${name} ${transition.to}`] : []
        })
        expect({ party, moves: sorted(found) }).toEqual({
          party,
          moves: sorted((can[party] ?? '').split(', ')),
        })
      }
    },
  )

  it('has no name that means two things in one state', () => {
    const seen = TRANSITIONS.map(({ name, from }) => `${name} from ${from}`)
    expect(seen).toEqual([...new Set(seen)])
  })

  it('can come to every state', () => {
    const reached = new Set<BookingState>()
    for (let before = -1; before < reached.size;) {
      before = reached.size
      for (const { from, to } of TRANSITIONS) if (from === null || reached.has(from)) reached.add(to)
    }
    expect([...reached].sort()).toEqual([...BOOKING_STATES].sort())
  })

  it('goes from every state to an end, and from no end anywhere', () => {
    const waysOut = (state: BookingState) =>
      TRANSITIONS.filter(({ from, to }) => from === state && to !== state)
    const ends = BOOKING_STATES.filter((state) => waysOut(state).length === 0)
    expect(ends).toEqual(['expired', 'declined', 'cancelled', 'no_show'])
    // Only that somebody was not there can still be said of what is over.
    expect(waysOut('completed').map(({ to }) => to)).toEqual(['no_show'])
    for (const start of BOOKING_STATES) {
      const reached = new Set<BookingState>([start])
      for (const state of reached) for (const { to } of waysOut(state)) reached.add(to)
      expect(start === 'completed' || [...reached].some((state) => ends.includes(state))).toBe(true)
    }
  })

  it('is moved on by time alone in every live state and in no other, so that nothing is stuck', () => {
    const byTime = TRANSITIONS.filter((row) => 'itselfAt' in row)
    expect(byTime.map(({ from, itselfAt }) => [from, itselfAt])).toEqual([
      ['held', 'holdExpiresAt'],
      ['awaiting_provider', 'answerDueAt'],
      ['confirmed', 'startsAt'],
      ['in_progress', 'endsAt'],
    ])
    expect(byTime.map(({ from }) => from)).toEqual([...LIVE_STATES])
    for (const { by } of byTime) expect(by).toContain('system')
  })
})

it('is what the drawing in the guide shows', () => {
  const guide = fs.readFileSync(path.join(import.meta.dirname, '../../../../docs/guides/bookings.md'), 'utf8')
  const drawing = /```mermaid\n([^`]*)```/.exec(guide)?.[1]
  expect(drawing).toBe(
    [
      'stateDiagram-v2',
      ...TRANSITIONS.map((row) => {
        const by = 'itselfAt' in row ? [...row.by, 'by itself'] : row.by
        return `    ${row.from ?? '[*]'} --> ${row.to}: ${row.name} (${by.join(', ')})`
      }),
      ...['expired', 'declined', 'cancelled', 'no_show', 'completed'].map((end) => `    ${end} --> [*]`),
      '',
    ].join('\n'),
  )
})
