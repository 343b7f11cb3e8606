import { eq, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import {
  GatewayRejected,
  type Checkout,
  type CheckoutRequest,
  type PaymentGateway,
} from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId, PaymentId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { isCurrency, type Currency } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { prepared } from '#src/platform/db/prepared.ts'
import { refuse, Trouble } from '#src/platform/errors.ts'
import type { PriceFigures } from './domain/fees.ts'
import { expireCheckout } from './expire-checkout.ts'
import {
  findOperation,
  intendOperation,
  rejectOperation,
  tryOperation,
  type Operation,
} from './operations.ts'
import { findPayment, lockPaymentOfBooking } from './queries.ts'
import { payments, stripeOperations, type Payment } from './tables.ts'

export interface StartCheckout {
  readonly bookingId: BookingId
  readonly currency: Currency
  readonly baseMinor: bigint
  /** On its own line of the payment page; 0 for a customer with an account. */
  readonly surchargeMinor: bigint
  /** What is bought, as the payment page says it: 'Deep tissue massage, 60 min'. */
  readonly description: string
  /** Manual: the money is only set aside until `requestCapture` or `requestVoid`. */
  readonly captureMethod: 'automatic' | 'manual'
  readonly customerEmail: string | null
  /** Where the customer comes back to; never proof of payment. */
  readonly successUrl: string
  readonly cancelUrl: string
}

export interface StartedCheckout {
  readonly url: string
  /** After this the page cannot be paid. The hold ends before: `closeCheckout` is what makes it unpayable then. */
  readonly expiresAt: Temporal.Instant
}

export const SURCHARGE_LINE = 'Guest booking fee'
/** Stripe takes no less than 30 minutes; the rest is for clocks that differ and a second try. */
const CHECKOUT_MINUTES = 40
/** Without a webhook by then, the sweeper asks. */
export const SYNC_AFTER_SECONDS = 120

/**
 * Decides on the page where a booking is paid, in the transaction that has locked the booking and found it payable at this
 * price: who gives the slot back or changes the price waits for that lock, and then finds the page ({@link isCheckoutClosed}).
 * @throws refusal `booking.wrong_state` when it is paid already.
 */
export async function intendCheckout(tx: Tx, ctx: Ctx, input: StartCheckout): Promise<IntendedCheckout> {
  const request = checkoutRequest(ctx, input)
  return (await intendFirst(tx, ctx, input, request)) ?? reuse(tx, ctx, input, request)
}

/**
 * Opens the gateway's payment page that was intended; asked again, it gives the page that is there. Not inside a transaction.
 * @throws refusal `payment.unavailable` when the gateway does not answer, `payment.rejected` when it will not open a page for
 *   this: nothing was charged, the hold is untouched and ends in its time, and asking again asks the gateway anew.
 * @throws refusal `booking.wrong_state` when it was paid meanwhile, `booking.hold_expired` when its page ran out.
 */
export async function startCheckout(
  ctx: Ctx,
  gateway: PaymentGateway,
  intended: IntendedCheckout,
): Promise<StartedCheckout> {
  if ('url' in intended) return intended
  const checkout = await openCheckout(ctx, gateway, intended.operation, intended.firstTry).catch(
    (error: unknown) => {
      if (error instanceof Trouble) throw refuse('payment.unavailable')
      if (!(error instanceof GatewayRejected)) throw error
      const { subjectId: paymentId } = intended.operation
      ctx.log.error({ paymentId, code: error.code }, 'a checkout was refused')
      throw refuse('payment.rejected')
    },
  )
  // Paid or expired between a lost first answer and this one.
  if (checkout.url === null)
    throw refuse(checkout.status === 'expired' ? 'booking.hold_expired' : 'booking.wrong_state')
  return { url: checkout.url, expiresAt: checkout.expiresAt }
}

function checkoutRequest(ctx: Ctx, input: StartCheckout): CheckoutRequest {
  const surcharge = { name: SURCHARGE_LINE, amountMinor: Number(input.surchargeMinor) }
  return {
    paymentId: randomUUID(),
    bookingId: input.bookingId,
    currency: input.currency,
    lines: [
      { name: input.description, amountMinor: Number(input.baseMinor) },
      ...(input.surchargeMinor > 0n ? [surcharge] : []),
    ],
    captureMethod: input.captureMethod,
    customerEmail: input.customerEmail,
    successUrl: input.successUrl,
    cancelUrl: input.cancelUrl,
    expiresAt: ctx.now.add({ minutes: CHECKOUT_MINUTES }).toString(),
  }
}

/** The usual case in one statement: the payment and the intention to open its page. Null when there is a payment already. */
async function intendFirst(
  tx: Tx,
  ctx: Ctx,
  input: StartCheckout,
  request: CheckoutRequest,
): Promise<CheckoutOperation | null> {
  const operation = intended(request, 1, ctx.now)
  const { rowCount } = await insertFirst(tx, {
    paymentId: request.paymentId,
    bookingId: input.bookingId,
    captureMethod: input.captureMethod,
    currency: input.currency,
    amountMinor: input.baseMinor + input.surchargeMinor,
    syncDueAt: ctx.now.add({ seconds: SYNC_AFTER_SECONDS }).toString(),
    now: ctx.now.toString(),
    operationId: operation.id,
    request: JSON.stringify(request),
    attempts: operation.attempts,
  })
  return rowCount === 0 ? null : { operation, firstTry: true }
}

const $ = sql.placeholder
const insertFirst = prepared<Record<string, string | number | bigint>>(
  () => sql`
    with payment as (
      insert into payments (id, booking_id, capture_method, currency, amount_minor, sync_due_at, created_at, updated_at)
      values (${$('paymentId')}, ${$('bookingId')}, ${$('captureMethod')}, ${$('currency')}, ${$('amountMinor')},
        ${$('syncDueAt')}, ${$('now')}, ${$('now')})
      on conflict (booking_id) do nothing returning id)
    insert into stripe_operations (id, kind, subject_id, request, attempts, created_at, last_tried_at)
    select ${$('operationId')}::uuid, 'checkout', payment.id, ${$('request')}::jsonb, ${$('attempts')}::int, ${$('now')}::timestamptz,
      ${$('now')}::timestamptz
    from payment`,
)

/**
 * Asked before: the page that is there, the operation to try again, or a new page where the last one was closed or refused. Decided
 * under the lock of the payment, since an answer that comes in at this moment changes which it is.
 */
async function reuse(
  tx: Tx,
  ctx: Ctx,
  input: StartCheckout,
  request: CheckoutRequest,
): Promise<IntendedCheckout> {
  const payment = await lockPaymentOfBooking(tx, input.bookingId)
  assert(payment, 'a booking whose payment could not be made has one')
  if (payment.status !== 'unpaid') throw refuse('booking.wrong_state')
  const last = await findOperation(tx, 'checkout', payment.id)
  const again = { ...request, paymentId: payment.id }
  // Closed, or refused for good: the price may have changed since, and the next page is asked for under a key of its own.
  if (last && last.status !== 'intended' && payment.checkoutUrl === null)
    return reopen(tx, ctx, payment, input, again, last.generation + 1)
  assert(
    payment.amountMinor === input.baseMinor + input.surchargeMinor,
    'a price changes only while no page shows another one',
  )
  if (last?.status === 'succeeded' && payment.checkoutUrl !== null) {
    return { url: payment.checkoutUrl, expiresAt: Temporal.Instant.from(checkoutOf(last).expiresAt) }
  }
  const operation = await intendOperation(tx, ctx.now, {
    kind: 'checkout',
    subjectId: payment.id,
    request: jsonOf(again),
  })
  return { operation, firstTry: false }
}

/** The last page cannot be paid any more, or never was: the next one is an operation of its own, with the price of now. */
async function reopen(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  input: StartCheckout,
  request: CheckoutRequest,
  generation: number,
): Promise<CheckoutOperation> {
  const operation = intended(request, generation, ctx.now)
  await tx.insert(stripeOperations).values(operation)
  await tx
    .update(payments)
    .set({
      amountMinor: input.baseMinor + input.surchargeMinor,
      captureMethod: input.captureMethod,
      checkoutSessionId: null,
      paymentIntentId: null,
      lastError: null,
      syncDueAt: ctx.now.add({ seconds: SYNC_AFTER_SECONDS }),
      updatedAt: ctx.now,
    })
    .where(eq(payments.id, payment.id))
  return { operation, firstTry: true }
}

/** The page that is there, or the operation that opens one. */
export type IntendedCheckout = StartedCheckout | CheckoutOperation

interface CheckoutOperation {
  readonly operation: Operation
  readonly firstTry: boolean
}

function intended(request: CheckoutRequest, generation: number, now: Temporal.Instant): Operation {
  return {
    id: randomUUID(),
    kind: 'checkout',
    subjectId: request.paymentId,
    generation,
    status: 'intended',
    request: jsonOf(request),
    resultId: null,
    error: null,
    attempts: 1, // whoever writes it down makes the call at once
    lastTriedAt: now,
    createdAt: now,
    finishedAt: null,
  }
}

/**
 * Makes the call and records the page. An answer that comes late may be about a page that was closed meanwhile, or whose
 * operation was given up and has another in its place: that page is not the one of the payment, and must not be payable.
 * @returns the page of the payment; one that is not, as it is now that it cannot be paid any more.
 * @throws {Trouble} {GatewayRejected}
 */
export async function openCheckout(
  ctx: Ctx,
  gateway: PaymentGateway,
  operation: Operation,
  firstTry = false,
): Promise<Checkout> {
  const {
    operation: called,
    made: checkout,
    rejected,
  } = await tryOperation(ctx, operation, {
    firstTry,
    call: (key, request) => gateway.createCheckout(request as unknown as CheckoutRequest, key),
    find: () =>
      gateway.findCheckout(operation.id, operation.createdAt, operation.lastTriedAt ?? operation.createdAt),
  })
  if (rejected !== null) {
    await rejectOperation(ctx.db, ctx.now, called, rejected.message)
    throw rejected
  }
  const { id, url } = checkout
  const { rowCount } = await recordCheckout(ctx.db, {
    id,
    url,
    operationId: called.id,
    now: ctx.now.toString(),
  })
  if (rowCount !== 0 || (await isOpenPage(ctx, called.subjectId, id))) return checkout
  ctx.log.warn({ paymentId: called.subjectId, checkoutId: id }, 'an answer came after its page was given up')
  return expireCheckout(gateway, id)
}

const recordCheckout = prepared<Record<string, string | null>>(
  () => sql`
    with operation as (
      update stripe_operations set status = 'succeeded', result_id = ${$('id')}, finished_at = ${$('now')}
      where id = ${$('operationId')} and status = 'intended' returning subject_id)
    update payments set checkout_session_id = ${$('id')}, checkout_url = ${$('url')}, updated_at = ${$('now')}
    from operation where payments.id = operation.subject_id and checkout_session_id is null`,
)

/** Whether somebody who asked for the same page recorded it first. */
async function isOpenPage(ctx: Ctx, paymentId: string, checkoutId: string): Promise<boolean> {
  const payment = await findPayment(ctx.db, paymentId as PaymentId)
  return payment?.checkoutSessionId === checkoutId && payment.checkoutUrl !== null
}

function jsonOf(request: CheckoutRequest): JsonObject {
  return request as unknown as JsonObject
}

export function checkoutOf(operation: Pick<Operation, 'request'>): CheckoutRequest {
  return operation.request as unknown as CheckoutRequest
}

/** The figures of a payment as they were asked: what is price and what is surcharge. */
export function figuresOf({
  currency,
  lines,
}: CheckoutRequest): Pick<PriceFigures, 'currency' | 'baseMinor' | 'surchargeMinor'> {
  const [base, surcharge] = lines
  assert(base, 'a checkout has a line for the price')
  assert(isCurrency(currency), 'a checkout was asked for in a currency we know')
  return {
    currency,
    baseMinor: BigInt(base.amountMinor),
    surchargeMinor: BigInt(surcharge?.amountMinor ?? 0),
  }
}

/** {@link figuresOf} of what the payment's newest page asked. */
export async function figuresOfPayment(tx: Tx, paymentId: PaymentId): Promise<ReturnType<typeof figuresOf>> {
  const operation = await findOperation(tx, 'checkout', paymentId)
  assert(operation, 'a captured payment was asked for')
  return figuresOf(checkoutOf(operation))
}
