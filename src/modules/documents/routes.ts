import { createRoute, z } from '@hono/zod-openapi'
import type { BookingId, DocumentId, ProviderId } from '#src/kernel/ids.ts'
import { bookingOfGuestKey } from '#src/modules/bookings/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import { idSchema, instantSchema, moneySchema, ok, refusals, type Routes } from '#src/platform/http/define.ts'
import { getDocument, getDocumentPdf, listDocuments } from './reads.ts'
import { getStatement, statementCsv } from './statement.ts'
import { DOCUMENT_KINDS } from './tables.ts'

const TAG = ['Documents']

const partySchema = z
  .object({ name: z.string(), lines: z.array(z.string()), taxNumber: z.string().nullable() })
  .openapi('NamedParty')
const taxSchema = z.object({
  name: z.string(),
  rateBasisPoints: z.number().int(),
  taxed: moneySchema,
  tax: moneySchema,
})
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
      .array(taxSchema)
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

const pdfRoute = createRoute({
  method: 'get',
  path: '/v1/documents/{documentId}/pdf',
  operationId: 'getDocumentPdf',
  tags: TAG,
  summary: 'A receipt or credit note as a PDF file',
  request: {
    params: ofDocument,
    query: z.object({
      key: z
        .string()
        .max(200)
        .optional()
        .openapi({ description: 'A guest’s key, for links that carry no header.' }),
    }),
  },
  responses: {
    200: { description: 'The file', content: { 'application/pdf': { schema: z.string() } } },
    ...refusals('request.invalid', 'document.not_found'),
  },
})

const sums = {
  earned: moneySchema.openapi({
    description: "The provider's share of what was kept, less what of it went back; may be below zero.",
  }),
  commission: moneySchema.openapi({
    description: 'On what is kept, less what of it was given back; may be below zero.',
  }),
  refunded: moneySchema.openapi({ description: 'To the customer, guest booking fee included.' }),
  disputed: moneySchema.openapi({ description: 'Taken by a bank, less what it gave back.' }),
  transferred: moneySchema.openapi({ description: "Sent to the provider's account." }),
  reversed: moneySchema.openapi({ description: "Taken back from the provider's account." }),
  netted: moneySchema.openapi({ description: 'Of the payout, kept for what the provider owed.' }),
  recovered: moneySchema.openapi({
    description: 'Of what the provider had too much of this booking, kept from other payouts.',
  }),
}
const statementSchema = z
  .object({
    month: z.string().openapi({ example: '2026-11' }),
    currency: z.string().length(3),
    provider: partySchema,
    platform: partySchema,
    opening: moneySchema.openapi({
      description: "What stood on the provider's account before the month; below zero, what they owe.",
    }),
    closing: moneySchema.openapi({ description: 'opening + earned − transferred + reversed.' }),
    lines: z.array(
      z.object({
        bookingId: idSchema,
        code: z.string(),
        serviceName: z.string(),
        startsAt: instantSchema,
        timeZone: z.string(),
        price: moneySchema.openapi({ description: 'What was paid for the service, without the guest fee.' }),
        ...sums,
        dueAt: instantSchema.openapi({ description: 'The date promised: the end of escrow.' }),
        paidAt: instantSchema.nullable(),
        reason: z.string().nullable().openapi({ description: 'Why the date is not being kept, or was not.' }),
      }),
    ),
    totals: z.object(sums),
    taxes: z
      .array(taxSchema)
      .openapi({ description: 'Contained in the commission; empty while nothing is taxed.' }),
  })
  .openapi('Statement')

const CSV = '.csv'

const statementRoute = createRoute({
  method: 'get',
  path: '/v1/providers/{providerId}/statements/{month}',
  operationId: 'getStatement',
  tags: TAG,
  summary: 'What moved for a provider in a month, booking by booking, and the commission on it',
  request: {
    params: z.object({
      providerId: idSchema,
      month: z
        .string()
        .regex(/^(19|2\d)\d\d-(0[1-9]|1[0-2])(\.csv)?$/)
        .openapi({
          description: 'A month (UTC); with .csv behind it, its lines as a file.',
          example: '2026-11',
        }),
    }),
  },
  responses: {
    200: {
      description: 'The statement',
      content: { 'application/json': { schema: statementSchema }, 'text/csv': { schema: z.string() } },
    },
    ...refusals('request.invalid', 'provider.not_found'),
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
    api.openapi(pdfRoute, async (c) => {
      const { key } = c.req.valid('query')
      const reader = await readerOf(c.var.ctx, key)
      const { number, bytes } = await getDocumentPdf(reader, c.req.valid('param').documentId as DocumentId)
      return c.body(bytes, 200, {
        'content-type': 'application/pdf',
        'content-disposition': `attachment; filename="${number}.pdf"`,
        'referrer-policy': 'no-referrer', // the address may carry a guest's key
      })
    })
    api.openapi(statementRoute, async (c) => {
      const { providerId, month: asked } = c.req.valid('param')
      const month = asked.replace(CSV, '')
      const statement = await getStatement(c.var.ctx, providerId as ProviderId, month)
      if (asked === month) return c.json(statement, 200)
      return c.body(statementCsv(statement), 200, {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="statement-${month}.csv"`,
      })
    })
  }
}

/** Whoever holds a guest's key reads as that guest; without a key that opens something, as who they are. */
async function readerOf(ctx: Ctx, key: string | undefined): Promise<Ctx> {
  const bookingId = key === undefined ? null : await bookingOfGuestKey(ctx, key)
  return bookingId ? { ...ctx, actor: { kind: 'guest', bookingId } } : ctx
}
