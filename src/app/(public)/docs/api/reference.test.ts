import { describe, expect, it } from 'vitest'
import { readReference } from './reference.ts'

const DOCUMENT = {
  info: { title: 'An API', description: '' },
  components: {
    schemas: {
      Money: {
        type: 'object',
        properties: {
          amountMinor: { type: 'integer', example: 11000 },
          currency: { type: 'string', example: 'USD' },
        },
        required: ['amountMinor', 'currency'],
      },
    },
  },
  paths: {
    '/api/v1/bookings/{bookingId}/cancellation': {
      post: {
        operationId: 'cancelBooking',
        tags: ['Bookings'],
        parameters: [
          { name: 'bookingId', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
        ],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['expectedRefund'],
                properties: {
                  reason: { type: 'string', maxLength: 500 },
                  expectedRefund: {
                    allOf: [{ $ref: '#/components/schemas/Money' }, { description: 'What you showed.' }],
                  },
                  lines: {
                    type: 'array',
                    items: { type: 'object', properties: { name: { type: ['string', 'null'] } } },
                  },
                },
              },
            },
          },
        },
        responses: {
          '200': { description: 'Done' },
          '409': {
            description: '`booking.wrong_state`: Not possible.\n\n`booking.refund_changed`: Look again.',
          },
        },
      },
    },
  },
}

describe('the reference of the API', () => {
  const reference = readReference(DOCUMENT, 'https://site.example')
  const [operation] = reference.groups[0]?.operations ?? []

  it('names every property of a body, nested ones by path, and links to schemas that have a section', () => {
    expect(operation?.body.map(({ name, schema, required }) => [name, schema, required])).toEqual([
      ['reason', null, false],
      ['expectedRefund', 'Money', true],
      ['lines[]', null, false],
      ['lines[].name', null, false],
    ])
    expect(operation?.body[1]?.description).toBe('What you showed.')
  })

  it('lists every refusal once, with its status', () => {
    expect(reference.errors).toEqual([
      { code: 'booking.refund_changed', status: '409', sentence: 'Look again.' },
      { code: 'booking.wrong_state', status: '409', sentence: 'Not possible.' },
    ])
    expect(operation?.answers[0]).toMatchObject({ status: '200', description: 'Done', codes: [] })
  })

  it('gives a call that can be pasted', () => {
    expect(operation?.curl).toBe(
      `curl -X POST https://site.example/api/v1/bookings/$bookingId/cancellation \\\n  -H "Idempotency-Key: $(uuidgen)" \\\n  -H 'Content-Type: application/json' \\\n  -d '{"expectedRefund":{"amountMinor":11000,"currency":"USD"}}'`,
    )
  })
})
