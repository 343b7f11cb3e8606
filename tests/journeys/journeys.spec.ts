// What people come for, from the first page to the last, in a real browser on a whole marketplace.
// One demonstration for all; the later journeys move its time.
import { afterAll, afterEach } from 'vitest'
import { journeysOfAnybody } from './anybody.ts'
import { guestJourneys, receiptJourney } from './guest.ts'
import { memberJourneys } from './member.ts'
import { disputeJourney, operatorJourneys } from './operator.ts'
import { answeringJourney, connectJourney, payoutJourney, statementJourney } from './provider.ts'
import { openStage } from './stage.ts'

const stage = await openStage()
afterEach(() => stage.leave())
afterAll(() => stage.end())

let cancelled = ''
let paidOut = ''

guestJourneys(stage, (code) => {
  cancelled = code
})
journeysOfAnybody(stage)
answeringJourney(stage)
memberJourneys(stage)
payoutJourney(stage, (code) => {
  paidOut = code
})
statementJourney(stage, () => paidOut)
connectJourney(stage)
receiptJourney(stage)
operatorJourneys(stage, { cancelled: () => cancelled, paidOut: () => paidOut })
disputeJourney(stage)
