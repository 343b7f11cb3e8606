import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { setCookie } from 'hono/cookie'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { PARTIES } from '#src/kernel/actor.ts'
import type { BookingId, ProviderId, ServiceId, UserId } from '#src/kernel/ids.ts'
import { BOOKING_MODES, CANCELLATION_POLICIES, LOCATION_KINDS } from '#src/kernel/service-terms.ts'
import { findPaymentOfBooking, syncPayment } from '#src/modules/payments/index.ts'
import { EXTRAS_MAX } from '#src/modules/scheduling/index.ts'
import type { Ctx, ReadCtx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import {
  bodyOf,
  idempotencyHeaders,
  idSchema,
  instantFrom,
  instantSchema,
  moneyFrom,
  moneySchema,
  ok,
  refusals,
  WRITE_REFUSALS,
  type ApiEnv,
  type Routes,
} from '#src/platform/http/define.ts'
import {
  findAnswer,
  idempotently,
  idempotentRequest,
  inIdempotentTransaction,
} from '#src/platform/http/idempotency.ts'
import { acceptBooking, declineBooking } from './answer-request.ts'
import { beginCheckout } from './begin-checkout.ts'
import { cancelBooking, closeOpenCheckout } from './cancel-booking.ts'
import { claimBooking } from './claim-booking.ts'
import { claimBookingsOfMailbox } from './claim-bookings-of-mailbox.ts'
import { BOOKING_STATES } from './domain/lifecycle.ts'
import { completeBooking, reportNoShow } from './finish-booking.ts'
import { holdSlot } from './hold-slot.ts'
import { makeOffer, quoteJson } from './quote-booking.ts'
import { getBookingView, HELD_COOKIE, listBookings, REFUND_STATES } from './reads.ts'
import { rescheduleBooking } from './reschedule-booking.ts'

const TAG = ['Bookings']

const lineSchema = z.object({ name: z.string(), price: moneySchema })
const bookingSchema = z
  .object({
    id: idSchema,
    code: z.string().openapi({ example: 'K7Q2-9MX4' }),
    state: z.enum(BOOKING_STATES),
    startsAt: instantSchema,
    endsAt: instantSchema,
    timeZone: z.string().openapi({ example: 'America/Toronto' }),
    localStart: z
      .string()
      .openapi({ description: 'Wall time in timeZone, as promised.', example: '2026-11-26T14:00:00' }),
    provider: z.object({ id: idSchema, slug: z.string(), name: z.string() }),
    service: z.object({
      id: idSchema,
      name: z.string(),
      durationMinutes: z.number().int(),
      locationKind: z.enum(LOCATION_KINDS),
    }),
    bookingMode: z.enum(BOOKING_MODES),
    isGuest: z.boolean(),
    figures: z.object({
      base: moneySchema,
      guestFee: moneySchema,
      total: moneySchema,
      extras: z.array(lineSchema),
    }),
    policy: z.object({
      name: z.enum(CANCELLATION_POLICIES),
      steps: z.array(z.object({ until: instantSchema, refundPercent: z.number() })),
    }),
    holdExpiresAt: instantSchema.nullable(),
    answerDueAt: instantSchema.nullable(),
    payment: z.object({ status: z.string(), refunded: moneySchema }),
    noShowParty: z.enum(['customer', 'provider']).nullable(),
    endReason: z.string().nullable(),
  })
  .openapi('Booking')
const flags = <Name extends string>(...names: Name[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, z.boolean()])) as Record<Name, z.ZodBoolean>)
const refundStepSchema = z.object({
  hoursBefore: z.number().int().openapi({ description: 'While at least so many hours are left.' }),
  refundPercent: z.number().int(),
  refund: moneySchema,
})
const bookingListItemSchema = bookingSchema
  .extend({
    party: z.enum(PARTIES).openapi({ description: 'In which capacity you see it.' }),
    place: z.object({
      addressLine: z.string(),
      city: z.string(),
      region: z.string(),
      postalCode: z.string(),
      country: z.string(),
      photo: z.string().nullable(),
      phone: z.string().nullable(),
    }),
    customer: z.object({ name: z.string(), email: z.string(), phone: z.string().nullable() }).nullable(),
    capacity: z.number().int().openapi({ description: 'Above 1 it is a seat of a group session.' }),
    note: z.string(),
    earnings: z
      .object({
        refunded: moneySchema.openapi({ description: 'What of the price has been given back.' }),
        commission: moneySchema.openapi({ description: 'On what is kept.' }),
        net: moneySchema,
        payout: z
          .object({
            status: z.string(),
            amount: moneySchema,
            dueAt: z.string(),
            paidAt: z.string().nullable(),
          })
          .nullable(),
      })
      .nullable()
      .openapi({
        description:
          'For the provider and operators, where money is or will be taken: base − refunded − commission = net.',
      }),
    paymentError: z.string().nullable(),
    actions: flags(
      'pay',
      'cancel',
      'reschedule',
      'review',
      'accept',
      'decline',
      'complete',
      'reportNoShow',
      'reportAbsentProvider',
    ).openapi({
      description: 'What you can do now.',
    }),
    cancelRefund: moneySchema
      .nullable()
      .openapi({ description: 'What cancelling at this moment would give back.' }),
    refunds: z
      .array(
        z.object({
          amount: moneySchema,
          status: z.enum(REFUND_STATES).openapi({
            description:
              '`sent`: the bank shows it some days later. `waiting`: a bank decides about a dispute, and it is asked for after that.',
          }),
          requestedAt: instantSchema,
          settledAt: instantSchema.nullable(),
        }),
      )
      .openapi({ description: 'What has been given back, and what is on its way.' }),
    moving: z
      .object({ asBooked: z.array(refundStepSchema), afterMove: z.array(refundStepSchema) })
      .nullable()
      .openapi({
        description:
          'What cancelling would give back later, counted back from the start: as the booking is, and after moving it. A move never brings back a refund that time has reduced.',
      }),
  })
  .openapi('BookingListItem')
const bookingDetailsSchema = bookingListItemSchema
  .extend({
    timeline: z.array(
      z.object({
        at: instantSchema,
        transition: z.string(),
        toState: z.enum(BOOKING_STATES),
        by: z.enum(PARTIES),
        reason: z.string().nullable(),
      }),
    ),
  })
  .openapi('BookingDetails')

const guestSchema = z
  .object({
    name: z.string().trim().min(1).max(120),
    email: z.email().max(254),
    phone: z.string().trim().min(3).max(32).optional(),
  })
  .strict()
const params = z.object({ bookingId: idSchema })
const reasonSchema = z.string().trim().max(500)

export interface BookingsRoutesDeps {
  readonly gateway: PaymentGateway
  /** For prefilling the payment page. */
  readonly emailOf: (ctx: Ctx, userId: UserId) => Promise<string | null>
  /** Null while the user has not shown that they read that mailbox. */
  readonly provenEmailOf: (ctx: ReadCtx, userId: UserId) => Promise<string | null>
}

export function bookingsRoutes({ gateway, emailOf, provenEmailOf }: BookingsRoutesDeps): Routes {
  return (api) => {
    const offerSchema = z
      .object({
        serviceId: idSchema,
        startsAt: instantSchema,
        extraIds: z.array(idSchema).max(EXTRAS_MAX).default([]),
      })
      .strict()

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/quotes',
        operationId: 'quoteBooking',
        tags: TAG,
        summary: 'What a booking would cost whoever asks',
        request: { body: bodyOf(offerSchema) },
        responses: {
          ...ok(
            200,
            'The quote; its total is what createBooking expects',
            z.object({
              serviceId: idSchema,
              isGuest: z.boolean(),
              base: moneySchema,
              guestFee: moneySchema,
              total: moneySchema,
              extras: z.array(lineSchema.extend({ id: idSchema })),
              durationMinutes: z.number().int(),
            }),
          ),
          ...refusals(
            'service.not_found',
            'provider.not_bookable',
            'provider.own_service',
            'service.not_chargeable',
            'booking.extra_not_found',
            'request.invalid',
            'request.malformed',
          ),
        },
      }),
      async (c) => {
        const { serviceId, startsAt, extraIds } = c.req.valid('json')
        const start = instantFrom(startsAt)
        const around = { start, end: start.add({ minutes: 1 }) }
        return c.json(quoteJson(await makeOffer(c.var.ctx, serviceId as ServiceId, extraIds, around)), 200)
      },
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/bookings',
        operationId: 'createBooking',
        tags: TAG,
        summary: 'Hold a slot while the customer pays',
        description:
          'Takes the slot for ten minutes. `checkoutUrl` is the page where the customer sees the price, leaves guest details if they were not given, and pays. Without a session the booking is a guest’s, and `guestKey` (a bearer token) opens it.',
        request: {
          headers: idempotencyHeaders,
          body: bodyOf(
            offerSchema
              .extend({
                expectedTotal: moneySchema.openapi({
                  description: 'The total you showed. Another price is refused with the new quote.',
                }),
                guest: guestSchema.optional(),
                note: z.string().trim().max(1000).default(''),
              })
              .strict(),
          ),
        },
        responses: {
          ...ok(
            201,
            'The slot is held',
            z.object({ booking: bookingSchema, checkoutUrl: z.url(), guestKey: z.string().nullable() }),
          ),
          ...refusals(
            'booking.slot_taken',
            'booking.slot_not_offered',
            'booking.price_changed',
            'booking.extra_not_found',
            'service.not_found',
            'provider.not_bookable',
            'provider.own_service',
            'service.not_chargeable',
            ...WRITE_REFUSALS,
          ),
        },
      }),
      async (c) => {
        const { ctx } = c.var
        const body = c.req.valid('json')
        const { booking, guestKey, replayed } = await holdSlot(
          ctx,
          {
            serviceId: body.serviceId as ServiceId,
            startsAt: instantFrom(body.startsAt),
            extraIds: body.extraIds,
            expectedTotal: moneyFrom(body.expectedTotal),
            guest: body.guest,
            note: body.note,
          },
          await idempotentRequest(c),
        )
        const checkoutUrl = `${ctx.config.NEXT_PUBLIC_APP_URL}/checkout/${booking.id}${guestKey ? `?key=${guestKey}` : ''}`
        if (replayed) c.header('idempotency-replayed', 'true')
        if (guestKey) rememberHold(c, guestKey)
        return c.json({ booking, checkoutUrl, guestKey }, 201)
      },
    )

    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/bookings',
        operationId: 'listBookings',
        tags: TAG,
        summary: 'Bookings of the customer, of the provider, or of everybody for operators',
        request: {
          query: z.object({
            as: z.enum(['customer', 'provider', 'operator']).default('customer'),
            providerId: idSchema.optional(),
            state: z.enum(BOOKING_STATES).optional(),
            from: instantSchema.optional(),
            until: instantSchema.optional(),
            text: z.string().max(120).optional(),
            order: z.enum(['soonest', 'latest']).default('latest'),
            cursor: z.string().max(200).optional(),
            limit: z.coerce.number().int().min(1).max(50).default(20),
          }),
        },
        responses: {
          ...ok(
            200,
            'A page of bookings',
            z.object({ items: z.array(bookingListItemSchema), nextCursor: z.string().nullable() }),
          ),
          ...refusals('auth.required', 'auth.not_allowed', 'request.invalid'),
        },
      }),
      async (c) => {
        const { state, from, until, providerId, ...query } = c.req.valid('query')
        const page = await listBookings(c.var.ctx, {
          ...query,
          providerId: providerId as ProviderId | undefined,
          states: state ? [state] : undefined,
          from: from ? instantFrom(from) : undefined,
          until: until ? instantFrom(until) : undefined,
        })
        return c.json(page, 200)
      },
    )

    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/bookings/{bookingId}',
        operationId: 'getBooking',
        tags: TAG,
        summary: 'One booking, with what can be done now',
        request: { params },
        responses: {
          ...ok(200, 'The booking', bookingDetailsSchema),
          ...refusals('booking.not_found', 'request.invalid'),
        },
      }),
      async (c) => c.json(await getBookingView(c.var.ctx, bookingIdOf(c.req.valid('param'))), 200),
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/bookings/{bookingId}/checkout',
        operationId: 'startCheckout',
        tags: TAG,
        summary: 'The address where a held booking is paid',
        request: {
          headers: idempotencyHeaders,
          params,
          body: bodyOf(z.object({ guest: guestSchema.optional() }).strict()),
        },
        responses: {
          ...ok(200, 'Send the customer there', z.object({ paymentUrl: z.url() })),
          ...refusals(
            'booking.not_found',
            'booking.wrong_state',
            'booking.hold_expired',
            'booking.guest_details_missing',
            'payment.unavailable',
            'payment.rejected',
            ...WRITE_REFUSALS,
          ),
        },
      }),
      (c) =>
        idempotently(c, async () => {
          const { ctx } = c.var
          const customerEmail = ctx.actor.kind === 'user' ? await emailOf(ctx, ctx.actor.userId) : null
          const { guest } = c.req.valid('json')
          const { url } = await beginCheckout(ctx, gateway, {
            bookingId: bookingIdOf(c.req.valid('param')),
            guest,
            customerEmail,
          })
          return { status: 200, body: { paymentUrl: url } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/bookings/{bookingId}/payment-check',
        operationId: 'checkPayment',
        tags: TAG,
        summary: 'Ask the payment company now, instead of waiting for its message',
        request: { headers: idempotencyHeaders, params },
        responses: {
          ...ok(200, 'The booking as it is after asking', bookingDetailsSchema),
          ...refusals('booking.not_found', 'payment.unavailable', ...WRITE_REFUSALS),
        },
      }),
      (c) =>
        idempotently(c, async () => {
          const { ctx } = c.var
          const bookingId = bookingIdOf(c.req.valid('param'))
          const before = await getBookingView(ctx, bookingId)
          const asked = before.state === 'held' && (await findPaymentOfBooking(ctx.db, bookingId)) !== null
          if (!asked) return { status: 200, body: before }
          await syncPayment(ctx, gateway, bookingId)
          return { status: 200, body: await getBookingView(ctx, bookingId) }
        }),
    )

    const write = { headers: idempotencyHeaders, params }
    const moved = ok(200, 'The booking as it is now', bookingDetailsSchema)
    const view = async (ctx: ReadCtx, bookingId: BookingId) =>
      ({ status: 200, body: await getBookingView(ctx, bookingId) }) as const

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/bookings/{bookingId}/rescheduling',
        operationId: 'rescheduleBooking',
        tags: TAG,
        summary: 'Move a booking to another start',
        request: {
          ...write,
          body: bodyOf(z.object({ startsAt: instantSchema, reason: reasonSchema.optional() }).strict()),
        },
        responses: {
          ...moved,
          ...refusals(
            'booking.not_found',
            'booking.wrong_state',
            'booking.too_late_to_reschedule',
            'booking.same_time',
            'booking.slot_taken',
            'booking.slot_not_offered',
            'provider.not_bookable',
            ...WRITE_REFUSALS,
          ),
        },
      }),
      (c) =>
        inIdempotentTransaction(c, async (inside) => {
          const bookingId = bookingIdOf(c.req.valid('param'))
          await rescheduleBooking(c.var.ctx, {
            bookingId,
            startsAt: instantFrom(c.req.valid('json').startsAt),
            reason: c.req.valid('json').reason,
          })
          return view(inside, bookingId)
        }),
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/bookings/{bookingId}/cancellation',
        operationId: 'cancelBooking',
        tags: TAG,
        summary: 'Cancel, and give back what the policy says',
        request: {
          ...write,
          body: bodyOf(
            z
              .object({
                reason: reasonSchema.default(''),
                expectedRefund: moneySchema.optional().openapi({
                  description: 'The refund you showed. Another amount is refused with the new one.',
                }),
              })
              .strict(),
          ),
        },
        responses: {
          ...moved,
          ...refusals(
            'booking.not_found',
            'booking.wrong_state',
            'booking.too_late_to_cancel',
            'booking.refund_changed',
            'payment.refund_too_large',
            'payment.unavailable',
            ...WRITE_REFUSALS,
          ),
        },
      }),
      async (c) => {
        const bookingId = bookingIdOf(c.req.valid('param'))
        const { reason, expectedRefund } = c.req.valid('json')
        const input = { bookingId, reason, expectedRefund: expectedRefund && moneyFrom(expectedRefund) }
        const first = await findAnswer(c.var.ctx, await idempotentRequest(c))
        if (!first) await closeOpenCheckout(c.var.ctx, gateway, input)
        return inIdempotentTransaction(c, async (inside) => {
          await cancelBooking(c.var.ctx, input)
          return view(inside, bookingId)
        })
      },
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/bookings/{bookingId}/acceptance',
        operationId: 'acceptBooking',
        tags: TAG,
        summary: 'Accept a request; the card is charged',
        request: write,
        responses: {
          ...moved,
          ...refusals(
            'booking.not_found',
            'booking.wrong_state',
            'payment.nothing_captured',
            ...WRITE_REFUSALS,
          ),
        },
      }),
      (c) =>
        inIdempotentTransaction(c, async (inside) => {
          const bookingId = bookingIdOf(c.req.valid('param'))
          await acceptBooking(c.var.ctx, bookingId)
          return view(inside, bookingId)
        }),
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/bookings/{bookingId}/declination',
        operationId: 'declineBooking',
        tags: TAG,
        summary: 'Decline a request; the card is released',
        request: { ...write, body: bodyOf(z.object({ reason: reasonSchema.default('') }).strict()) },
        responses: { ...moved, ...refusals('booking.not_found', 'booking.wrong_state', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async (inside) => {
          const bookingId = bookingIdOf(c.req.valid('param'))
          await declineBooking(c.var.ctx, { bookingId, reason: c.req.valid('json').reason })
          return view(inside, bookingId)
        }),
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/bookings/{bookingId}/completion',
        operationId: 'completeBooking',
        tags: TAG,
        summary: 'The service has been given',
        request: write,
        responses: {
          ...moved,
          ...refusals(
            'booking.not_found',
            'booking.wrong_state',
            'booking.not_yet',
            'booking.not_paid',
            ...WRITE_REFUSALS,
          ),
        },
      }),
      (c) =>
        inIdempotentTransaction(c, async (inside) => {
          const bookingId = bookingIdOf(c.req.valid('param'))
          await completeBooking(c.var.ctx, bookingId)
          return view(inside, bookingId)
        }),
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/bookings/{bookingId}/no-show',
        operationId: 'reportNoShow',
        tags: TAG,
        summary: 'Somebody did not come',
        request: {
          ...write,
          body: bodyOf(
            z
              .object({
                absent: z.enum(['customer', 'provider']).optional(),
                reason: reasonSchema.default(''),
              })
              .strict(),
          ),
        },
        responses: {
          ...moved,
          ...refusals(
            'booking.not_found',
            'booking.wrong_state',
            'booking.not_yet',
            'booking.not_paid',
            'auth.not_allowed',
            'payment.nothing_captured',
            'payment.refund_too_large',
            ...WRITE_REFUSALS,
          ),
        },
      }),
      (c) =>
        inIdempotentTransaction(c, async (inside) => {
          const bookingId = bookingIdOf(c.req.valid('param'))
          await reportNoShow(c.var.ctx, { bookingId, ...c.req.valid('json') })
          return view(inside, bookingId)
        }),
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/booking-claims',
        operationId: 'claimBooking',
        tags: TAG,
        summary: 'Take a guest booking into the account that is signed in',
        description:
          'The key from the guest’s link proves the mailbox. A booking that is not paid yet loses the guest fee.',
        request: {
          headers: idempotencyHeaders,
          body: bodyOf(z.object({ key: z.string().min(1).max(200) }).strict()),
        },
        responses: {
          ...ok(201, 'The booking is yours', bookingDetailsSchema),
          ...refusals(
            'auth.required',
            'auth.link_invalid',
            'provider.own_service',
            'payment.unavailable',
            ...WRITE_REFUSALS,
          ),
        },
      }),
      (c) =>
        idempotently(c, async () => {
          const claimed = await claimBooking(c.var.ctx, gateway, c.req.valid('json').key)
          return { status: 201, body: await getBookingView(c.var.ctx, claimed.id) }
        }),
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/mailbox-claims',
        operationId: 'claimBookingsOfMailbox',
        tags: TAG,
        summary: 'Take what was booked as a guest with your confirmed address into your account',
        description: 'At most 100 at once. Bookings that are still being paid are left to the guest’s key.',
        request: { headers: idempotencyHeaders, body: bodyOf(z.object({}).strict()) },
        responses: {
          ...ok(201, 'The bookings that are yours now', z.object({ bookingIds: z.array(idSchema) })),
          ...refusals('auth.required', 'auth.mailbox_unproven', ...WRITE_REFUSALS),
        },
      }),
      (c) =>
        inIdempotentTransaction(c, async (inside) => {
          const { ctx } = c.var
          const email = ctx.actor.kind === 'user' ? await provenEmailOf(inside, ctx.actor.userId) : null
          return { status: 201, body: { bookingIds: await claimBookingsOfMailbox(ctx, email) } }
        }),
    )
  }
}

/** So that a guest who comes back to the same time in this browser finds it held for them, and not taken. It authorises nothing. */
function rememberHold(c: Context<ApiEnv>, guestKey: string): void {
  const { NEXT_PUBLIC_APP_URL, HOLD_MINUTES } = c.var.ctx.config
  setCookie(c, HELD_COOKIE, guestKey, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: NEXT_PUBLIC_APP_URL.startsWith('https:'),
    maxAge: HOLD_MINUTES * 60,
  })
}

function bookingIdOf({ bookingId }: { bookingId: string }): BookingId {
  if (!bookingId) throw refuse('booking.not_found')
  return bookingId as BookingId
}
