import { createRoute, z } from '@hono/zod-openapi'
import type { BookingId, DocumentId } from '#src/kernel/ids.ts'
import { idSchema, instantSchema, moneySchema, ok, refusals, type Routes } from '#src/platform/http/define.ts'
import { getDocument, listDocuments } from './reads.ts'
import { DOCUMENT_KINDS } from './tables.ts'

const TAG = ['Documents']

const partySchema = z
  .object({ name: z.string(), lines: z.array(z.string()), taxNumber: z.string().nullable() })
  .openapi('NamedParty')
const itemSchema = z.object({
  id: idSchema,
  kind: z.enum(DOCUMENT_KINDS),
  number: z.string().openapi({ example: 'R-2026-000123' }),
  issuedAt: instantSchema,
  total: moneySchema,
})
const documentSchema = itemSchema
  .extend({
    bookingId: idSchema,
    refundId: idSchema.nullable().openapi({ description: 'Of a credit note.' }),
    receiptNumber: z
      .string()
      .nullable()
      .openapi({ description: 'The receipt that a credit note takes back from.' }),
    movedAt: instantSchema.openapi({ description: 'When the money was taken, or given back.' }),
    booking: z.object({
      code: z.string(),
      serviceName: z.string(),
      startsAt: instantSchema,
      timeZone: z.string(),
    }),
    provider: partySchema,
    platform: partySchema,
    customer: partySchema,
    lines: z.array(
      z.object({
        description: z.string(),
        soldBy: z.enum(['provider', 'platform']),
        amount: moneySchema,
      }),
    ),
    taxes: z
      .array(
        z.object({
          name: z.string(),
          rateBasisPoints: z.number().int(),
          taxed: moneySchema,
          tax: moneySchema,
        }),
      )
      .openapi({ description: 'Contained in the total; empty while nothing is taxed.' }),
  })
  .openapi('Document')

const listRoute = createRoute({
  method: 'get',
  path: '/v1/bookings/{bookingId}/documents',
  operationId: 'listBookingDocuments',
  tags: TAG,
  summary: 'The receipt of a booking, and a credit note for each refund',
  request: { params: z.object({ bookingId: idSchema }) },
  responses: {
    ...ok(200, 'The receipt first; nothing before it is paid', z.object({ items: z.array(itemSchema) })),
    ...refusals('request.invalid', 'booking.not_found'),
  },
})

const ofDocument = z.object({ documentId: idSchema })

const documentRoute = createRoute({
  method: 'get',
  path: '/v1/documents/{documentId}',
  operationId: 'getDocument',
  tags: TAG,
  summary: 'A receipt or credit note, as it was issued',
  request: { params: ofDocument },
  responses: {
    ...ok(200, 'The document', documentSchema),
    ...refusals('request.invalid', 'document.not_found'),
  },
})

export function documentsRoutes(): Routes {
  return (api) => {
    api.openapi(listRoute, async (c) => {
      const bookingId = c.req.valid('param').bookingId as BookingId
      return c.json({ items: await listDocuments(c.var.ctx, bookingId) }, 200)
    })
    api.openapi(documentRoute, async (c) =>
      c.json(await getDocument(c.var.ctx, c.req.valid('param').documentId as DocumentId), 200),
    )
  }
}
