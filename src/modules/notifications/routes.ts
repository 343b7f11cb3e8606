import { createRoute, z } from '@hono/zod-openapi'
import type { BookingId } from '#src/kernel/ids.ts'
import {
  bookingOfGuestKey,
  findBookingFacts,
  partyOf,
  type BookingFacts,
} from '#src/modules/bookings/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { idSchema, instantSchema, ok, refusals, type Routes } from '#src/platform/http/define.ts'
import { bookingCalendarFile } from './index.ts'
import { mayReadMailbox } from './mailbox-access.ts'
import { findMailboxMessage, listMailbox } from './reads.ts'

const TAG = ['Development']

const itemSchema = z.object({
  id: idSchema,
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  deliveredAt: instantSchema,
  hasCalendar: z.boolean(),
})
const messageSchema = itemSchema
  .extend({ html: z.string(), text: z.string(), calendar: z.string().nullable() })
  .openapi('MailboxMessage')

export function notificationsRoutes(): Routes {
  return (api) => {
    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/bookings/{bookingId}/calendar.ics',
        operationId: 'getBookingCalendarFile',
        tags: ['Bookings'],
        summary: 'The booking as a calendar file',
        request: {
          params: z.object({ bookingId: idSchema }),
          query: z.object({
            key: z
              .string()
              .max(200)
              .optional()
              .openapi({ description: 'A guest’s key, for links that carry no header.' }),
          }),
        },
        responses: {
          200: { description: 'An iCalendar file', content: { 'text/calendar': { schema: z.string() } } },
          ...refusals('booking.not_found', 'request.invalid'),
        },
      }),
      async (c) => {
        const { ctx } = c.var
        const { key } = c.req.valid('query')
        const facts = await readableFacts(ctx, c.req.valid('param').bookingId as BookingId, key)
        const file = bookingCalendarFile(facts, 'PUBLISH', ctx.config.NEXT_PUBLIC_APP_URL)
        return c.body(file, 200, {
          'content-type': 'text/calendar; charset=utf-8',
          'content-disposition': `attachment; filename="booking-${facts.booking.code}.ics"`,
          'referrer-policy': 'no-referrer', // the address may carry a guest's key
        })
      },
    )

    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/dev/mailbox',
        operationId: 'listMailbox',
        tags: TAG,
        summary: 'Mail that the embedded mailer delivered, newest first',
        description: 'For trying things out and for tests. Not there when mail goes out by SMTP.',
        request: {
          query: z.object({
            recipient: z.string().max(254).optional(),
            cursor: z.string().max(300).optional(),
            limit: z.coerce.number().int().min(1).max(50).default(20),
          }),
        },
        responses: {
          ...ok(
            200,
            'A page of messages',
            z.object({ items: z.array(itemSchema), nextCursor: z.string().nullable() }),
          ),
          ...refusals('request.not_found', 'request.invalid'),
        },
      }),
      async (c) => {
        const { ctx } = c.var
        assertMayRead(ctx)
        const { items, nextCursor } = await listMailbox(ctx.db, c.req.valid('query'))
        return c.json({ items: [...items], nextCursor }, 200)
      },
    )

    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/dev/mailbox/{messageId}',
        operationId: 'getMailboxMessage',
        tags: TAG,
        summary: 'One message of the embedded mailer, whole',
        request: { params: z.object({ messageId: idSchema }) },
        responses: {
          ...ok(200, 'The message', messageSchema),
          ...refusals('request.not_found', 'request.invalid'),
        },
      }),
      async (c) => {
        const { ctx } = c.var
        assertMayRead(ctx)
        const message = await findMailboxMessage(ctx.db, c.req.valid('param').messageId)
        if (!message) throw refuse('request.not_found')
        return c.json(message, 200)
      },
    )
  }
}

function assertMayRead(ctx: Ctx): void {
  if (!mayReadMailbox(ctx.config, ctx.actor)) throw refuse('request.not_found')
}

async function readableFacts(ctx: Ctx, bookingId: BookingId, key: string | undefined): Promise<BookingFacts> {
  const facts = await findBookingFacts(ctx.db, bookingId)
  const readable =
    facts && (partyOf(facts.booking, ctx.actor) ?? (key && (await bookingOfGuestKey(ctx, key)) === bookingId))
  if (!facts || !readable) throw refuse('booking.not_found')
  return facts
}
