import type { JsonObject } from '#src/kernel/json.ts'
import type { Refusal } from '../errors.ts'
import { REFUSALS } from '../refusals.ts'

/** An RFC 9457 problem: what an error looks like in every answer of the API. */
export type Problem = JsonObject & { readonly status: number; readonly code: string }

export function problemOf(refusal: Refusal, requestId: string): Problem {
  const { status, sentence } = REFUSALS[refusal.code]
  // What a refusal tells never takes the place of what every problem has.
  return {
    ...refusal.facts,
    type: `/docs/api#${refusal.code}`,
    title: sentence,
    status,
    code: refusal.code,
    requestId,
  }
}
