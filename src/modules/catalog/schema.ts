import { z } from '@hono/zod-openapi'
import { BOOKING_MODES, CANCELLATION_POLICIES, LOCATION_KINDS } from '#src/kernel/service-terms.ts'
import { reviewListSchema } from '#src/modules/reviews/index.ts'
import {
  BUFFER_MINUTES_MAX,
  DURATION_MINUTES_MAX,
  EXTRA_MINUTES_MAX,
  EXTRAS_MAX,
} from '#src/modules/scheduling/index.ts'
import { idSchema, instantSchema, moneySchema, priceSchema } from '#src/platform/http/define.ts'

export const slotSchema = z
  .object({
    startsAt: instantSchema,
    endsAt: instantSchema,
    localDate: z.string().openapi({ description: 'In the zone of the provider.', example: '2026-11-26' }),
    localTime: z.string().openapi({ example: '14:00' }),
    offset: z.string().openapi({ example: '-05:00' }),
    repeated: z
      .boolean()
      .openapi({ description: 'The clock reads this time twice that day: show the offset too.' }),
    seatsLeft: z.number().int(),
  })
  .openapi('Slot')

/** Short, since a month has a thousand: the wall time with its offset is the instant as well. */
export const startListSchema = z.object({
  timeZone: z.string(),
  durationMinutes: z.number().int(),
  slots: z.array(
    z.object({
      startsAt: instantSchema.openapi({
        description: 'In the zone of the provider. Two with the same wall time differ in their offset.',
        example: '2026-11-26T14:00:00-05:00',
      }),
      seatsLeft: z.number().int(),
    }),
  ),
})

export const extraSchema = z.object({
  id: idSchema,
  name: z.string(),
  price: moneySchema,
  extraMinutes: z.number().int(),
})

export const serviceSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    description: z.string(),
    durationMinutes: z.number().int(),
    bookingMode: z.enum(BOOKING_MODES),
    cancellationPolicy: z.enum(CANCELLATION_POLICIES),
    locationKind: z.enum(LOCATION_KINDS),
    capacity: z.number().int(),
    price: moneySchema.openapi({ description: 'What a signed-in customer pays.' }),
    guestTotal: moneySchema.openapi({ description: 'What a guest pays, the guest booking fee included.' }),
    guestFee: moneySchema,
    category: z.object({ id: z.string(), name: z.string() }),
    extras: z.array(extraSchema),
  })
  .openapi('Service')

const cardFields = {
  id: idSchema,
  slug: z.string(),
  name: z.string(),
  headline: z.string(),
  city: z.string(),
  region: z.string(),
  country: z.string(),
  photo: z.string().nullable(),
  ratingAverage: z.number().nullable(),
  ratingCount: z.number().int(),
  timeZone: z.string(),
  bookable: z.boolean().openapi({ description: 'False while the provider cannot be paid yet.' }),
  nextSlots: z.array(slotSchema),
}

export const providerCardSchema = z
  .object({ ...cardFields, distanceKm: z.number().nullable(), service: serviceSchema })
  .openapi('ProviderCard')

export const searchResultSchema = z.object({
  items: z.array(providerCardSchema),
  nextCursor: z.string().nullable(),
  place: z.object({ label: z.string(), latitude: z.number(), longitude: z.number() }).nullable(),
  total: z.number().int(),
  totalIsExact: z.boolean().openapi({
    description:
      'False when a time was asked for and not everybody was looked at: total is then the most there can be.',
  }),
  facets: z.object({
    categories: z.array(z.object({ id: z.string(), name: z.string(), count: z.number().int() })),
  }),
})

export const providerPageSchema = z
  .object({
    ...cardFields,
    service: serviceSchema.nullable(),
    description: z.string(),
    photos: z.array(z.string()),
    address: z.object({
      line: z.string(),
      city: z.string(),
      region: z.string(),
      postalCode: z.string(),
      country: z.string(),
    }),
    latitude: z.number().nullable(),
    longitude: z.number().nullable(),
    services: z.array(serviceSchema),
    openingHours: z.array(
      z.object({
        weekday: z.number().int(),
        windows: z.array(z.object({ opens: z.string(), closes: z.string() })),
      }),
    ),
    reviews: reviewListSchema,
    ratingSpread: z.array(z.object({ rating: z.number().int(), count: z.number().int() })),
  })
  .openapi('ProviderPage')

const categoryFields = { id: z.string(), name: z.string(), parentId: z.string().nullable() }
const leaf = z.object({ ...categoryFields, children: z.array(z.never().openapi({ type: 'object' })).max(0) })
const branch = z.object({ ...categoryFields, children: z.array(leaf) })
/** Three levels, written out: a schema that names itself is read by few tools. */
export const categoryTreeSchema = z.array(z.object({ ...categoryFields, children: z.array(branch) }))

export const ownServiceSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    description: z.string(),
    category: z.object({ id: z.string(), name: z.string() }),
    durationMinutes: z.number().int(),
    bufferBeforeMinutes: z.number().int(),
    bufferAfterMinutes: z.number().int(),
    stepMinutes: z.number().int(),
    minimumNoticeMinutes: z.number().int(),
    horizonDays: z.number().int(),
    capacity: z.number().int(),
    bookingMode: z.enum(BOOKING_MODES),
    cancellationPolicy: z.enum(CANCELLATION_POLICIES),
    locationKind: z.enum(LOCATION_KINDS),
    active: z.boolean(),
    price: moneySchema,
    guestTotal: moneySchema,
    providerNet: moneySchema,
    extras: z.array(extraSchema),
  })
  .openapi('OwnService')

/** The bounds are those of the table. */
export const serviceInputSchema = z
  .object({
    name: z.string().trim().min(1).max(120),
    categoryId: z.string().min(1).max(60),
    durationMinutes: z.number().int().min(5).max(DURATION_MINUTES_MAX),
    price: priceSchema,
    description: z.string().trim().max(2000).optional(),
    bufferBeforeMinutes: z.number().int().min(0).max(BUFFER_MINUTES_MAX).optional(),
    bufferAfterMinutes: z.number().int().min(0).max(BUFFER_MINUTES_MAX).optional(),
    stepMinutes: z.number().int().min(5).max(1440).optional(),
    minimumNoticeMinutes: z.number().int().min(0).max(43_200).optional(),
    horizonDays: z.number().int().min(1).max(365).optional(),
    capacity: z.number().int().min(1).max(500).optional(),
    bookingMode: z.enum(BOOKING_MODES).optional(),
    cancellationPolicy: z.enum(CANCELLATION_POLICIES).optional(),
    locationKind: z.enum(LOCATION_KINDS).optional(),
    extras: z
      .array(
        z
          .object({
            id: idSchema.optional(),
            name: z.string().trim().min(1).max(120),
            price: priceSchema,
            extraMinutes: z.number().int().min(0).max(EXTRA_MINUTES_MAX),
          })
          .strict(),
      )
      .max(EXTRAS_MAX)
      .optional(),
  })
  .strict()
