import { z, type OpenAPIHono } from '@hono/zod-openapi'
import { isCurrency, money, type Money } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Ctx } from '../context.ts'
import { refuse } from '../errors.ts'
import { REFUSALS, type RefusalCode } from '../refusals.ts'

/** What every handler finds in `c.var`. */
export interface ApiEnv {
  Variables: { ctx: Ctx }
}
export type Api = OpenAPIHono<ApiEnv>
/** A module's routes: they add themselves to the API, with everything they need given beforehand. */
export type Routes = (api: Api) => void

const amountMinorSchema = z
  .number()
  .int()
  .openapi({ description: 'Integer count of the minor unit: cents, yen, fils.', example: 11000 })
const currencySchema = z.string().length(3).openapi({ example: 'USD' })

export const moneySchema = z
  .object({ amountMinor: amountMinorSchema, currency: currencySchema })
  .strict()
  .openapi('Money')
/** Of what somebody wants to sell: nothing is given away with money on top. */
export const priceSchema = z
  .object({ amountMinor: amountMinorSchema.min(0), currency: currencySchema })
  .strict()
  .openapi('Price')

/** Beyond these years PostgreSQL and ISO 8601 write dates differently, and nobody books. */
const YEARS = { first: 1900, last: 2999 } as const
const isInReach = (text: string) => {
  const year = Number(text.slice(0, 4))
  return year >= YEARS.first && year <= YEARS.last
}
const OUT_OF_REACH = `must be between ${YEARS.first} and ${YEARS.last}`

/** To the nanosecond, which is as exact as an instant can be. */
export const instantSchema = z.iso
  .datetime({ offset: true })
  .refine((text) => isInReach(text) && !/\.\d{10}/.test(text), `${OUT_OF_REACH}, with nine decimals at most`)
  .openapi({ example: '2026-11-26T19:00:00Z' })
export const dateSchema = z.iso.date().refine(isInReach, OUT_OF_REACH).openapi({ example: '2026-11-26' })
export const idSchema = z.uuid()

/** Money from a request. @throws a refusal when the currency is none that we know. */
export function moneyFrom(json: z.output<typeof moneySchema>): Money {
  if (!isCurrency(json.currency)) throw invalid('currency', 'is not a currency we know')
  return money(json.amountMinor, json.currency)
}

export function instantFrom(text: string): Temporal.Instant {
  return Temporal.Instant.from(text)
}

/** One field that is not right, found after the schema had accepted it. */
export function invalid(path: string, message: string) {
  return refuse('request.invalid', { errors: [{ path, code: 'invalid', message }] })
}

/** More of something than there may be; the constant says why. */
export function oneTooMany(path: string, maximum: number, what: string) {
  return invalid(path, `is one too many: ${maximum} ${what} at most`)
}

export const problemSchema = z
  .object({
    type: z.string().openapi({ example: '/docs/api#booking.slot_taken' }),
    title: z.string(),
    status: z.number().int(),
    code: z.string().openapi({ description: 'Stable; decide on this and never on the text.' }),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
  })
  .loose()
  .openapi('Problem')

/** Header of every operation that changes something. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .optional() // checked where it is used, so that its absence has a refusal of its own
    .openapi({
      description:
        'Required. A fresh random value for each intended change, of at least 16 characters where nobody is signed in; sending it again gives the first answer and changes nothing.',
      example: '7c1b1f0e-4b55-4c5e-9f0a-0d5a5ab3c1de',
    }),
})

/** The success answer of a route. */
export function ok<Status extends 200 | 201, Schema extends z.ZodType>(
  status: Status,
  description: string,
  schema: Schema,
) {
  return { [status]: { description, content: { 'application/json': { schema } } } } as {
    [S in Status]: { description: string; content: { 'application/json': { schema: Schema } } }
  }
}

/**
 * The answers by which a route may say no, for the document; the handler says them by throwing. Any of them may find the
 * database away.
 */
export function refusals(...codes: RefusalCode[]): Record<never, never> {
  const byStatus = Map.groupBy([...codes, 'service_unavailable' as const], (code) => REFUSALS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${REFUSALS[code].sentence}`).join('\n\n'),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  )
}

/** Refusals that any operation that changes something may give. */
export const WRITE_REFUSALS = [
  'request.malformed',
  'request.invalid',
  'request.cross_site',
  'request.idempotency_key_missing',
  'request.idempotency_key_weak',
  'request.idempotency_key_reused',
  'request.in_progress',
] as const satisfies readonly RefusalCode[]

/** The JSON body of a request. */
export function bodyOf<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } } as const
}
