import { createRoute, z } from '@hono/zod-openapi'
import type { ProviderId } from '#src/kernel/ids.ts'
import { refuse } from '#src/platform/errors.ts'
import {
  bodyOf,
  idempotencyHeaders,
  idSchema,
  ok,
  refusals,
  WRITE_REFUSALS,
  type Routes,
} from '#src/platform/http/define.ts'
import { inIdempotentTransaction } from '#src/platform/http/idempotency.ts'
import { createProvider } from './create-provider.ts'
import { ONBOARDING_STEPS } from './domain/onboarding.ts'
import { getOwnProvider, listMemberships } from './get-own-provider.ts'
import { pauseProvider, publishProvider, reinstateProvider, suspendProvider } from './publish-provider.ts'
import { MEMBER_ROLES, PROVIDER_STATUSES } from './tables.ts'
import { updateProfile } from './update-profile.ts'

const TAG = ['Your provider']
const OPERATOR_TAG = ['Operators']
const params = z.object({ providerId: idSchema })
const saved = ok(200, 'Saved', z.object({ id: idSchema }))

const countrySchema = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .openapi({ description: 'ISO 3166-1 alpha-2.', example: 'CA' })
const zoneSchema = z
  .string()
  .min(1)
  .max(64)
  .openapi({ description: 'IANA name.', example: 'America/Toronto' })
const latitudeSchema = z.number().min(-90).max(90)
const longitudeSchema = z.number().min(-180).max(180)
const reasonBody = bodyOf(z.object({ reason: z.string().trim().min(1).max(500) }).strict())

const openPointSchema = z.object({ code: z.string(), sentence: z.string() })
const ownProviderSchema = z
  .object({
    id: idSchema,
    slug: z.string(),
    status: z.enum(PROVIDER_STATUSES),
    statusReason: z.string().nullable(),
    name: z.string(),
    headline: z.string(),
    description: z.string(),
    timeZone: zoneSchema,
    currency: z.string(),
    addressLine: z.string(),
    city: z.string(),
    region: z.string(),
    postalCode: z.string(),
    country: z.string(),
    latitude: z.number().nullable(),
    longitude: z.number().nullable(),
    contactEmail: z.string().nullable(),
    contactPhone: z.string().nullable(),
    photos: z.array(z.string()),
    payoutAccount: z.object({
      id: z.string().nullable(),
      ready: z.boolean(),
      requirements: z.array(z.string()),
      disconnected: z.boolean(),
      bankFailure: z
        .string()
        .nullable()
        .openapi({ description: 'Why the bank sends payouts back; null when it does not.' }),
    }),
    onboarding: z.object({
      steps: z.array(
        z.object({
          id: z.enum(ONBOARDING_STEPS),
          done: z.boolean(),
          open: z.array(openPointSchema).readonly(),
        }),
      ),
      openBeforeGoLive: z.array(openPointSchema),
    }),
  })
  .openapi('OwnProvider')

/** As many as a page shows without becoming an album. */
const PHOTOS_MAX = 6

const profileSchema = z
  .object({
    name: z.string().trim().min(1).max(120),
    headline: z.string().trim().max(160),
    description: z.string().trim().max(4000),
    addressLine: z.string().trim().max(200),
    city: z.string().trim().max(120),
    region: z.string().trim().max(120),
    postalCode: z.string().trim().max(20),
    country: countrySchema,
    timeZone: zoneSchema,
    latitude: latitudeSchema.nullable(),
    longitude: longitudeSchema.nullable(),
    contactEmail: z.email().max(254).nullable(),
    contactPhone: z.string().trim().max(32).nullable(),
    photos: z
      .array(z.string().max(200))
      .max(PHOTOS_MAX)
      .openapi({
        description: 'Of those that come with the product. The first is on the card.',
        example: ['/photos/barber-1.svg'],
      }),
  })
  .partial()
  .strict()

export function providersRoutes(): Routes {
  return (api) => {
    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/my/providers',
        operationId: 'listOwnProviders',
        tags: TAG,
        summary: 'The providers you run',
        responses: {
          ...ok(
            200,
            'Your providers, the oldest first',
            z.object({
              items: z.array(
                z.object({
                  ...{ id: idSchema, slug: z.string(), name: z.string() },
                  ...{ status: z.enum(PROVIDER_STATUSES), role: z.enum(MEMBER_ROLES) },
                }),
              ),
            }),
          ),
          ...refusals('auth.required'),
        },
      }),
      async (c) => {
        const { db, actor } = c.var.ctx
        if (actor.kind !== 'user') throw refuse('auth.required')
        return c.json({ items: await listMemberships(db, actor.userId) }, 200)
      },
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/my/providers',
        operationId: 'createProvider',
        tags: TAG,
        summary: 'Begin a provider of your own, as a draft',
        description:
          'The time zone is found from the coordinates when those are given. The currency is that of every price of the provider, and stays.',
        request: {
          headers: idempotencyHeaders,
          body: bodyOf(
            z
              .object({
                name: z.string().trim().min(1).max(120),
                country: countrySchema,
                timeZone: zoneSchema.optional(),
                latitude: latitudeSchema.optional(),
                longitude: longitudeSchema.optional(),
                currency: z.string().length(3).optional().openapi({ example: 'USD' }),
              })
              .strict(),
          ),
        },
        responses: {
          ...ok(201, 'The draft', z.object({ id: idSchema, slug: z.string() })),
          ...refusals('auth.required', 'provider.currency_not_sold', ...WRITE_REFUSALS),
        },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { id, slug } = await createProvider(c.var.ctx, c.req.valid('json'))
          return { status: 201, body: { id, slug } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/my/providers/{providerId}',
        operationId: 'getOwnProvider',
        tags: TAG,
        summary: 'Your provider, with the steps that are still open',
        request: { params },
        responses: { ...ok(200, 'The provider', ownProviderSchema), ...refusals('provider.not_found') },
      }),
      async (c) => {
        const { db, actor } = c.var.ctx
        const { onboarding, ...provider } = await getOwnProvider(
          db,
          actor,
          c.req.valid('param').providerId as ProviderId,
        )
        return c.json({ ...provider, onboarding }, 200)
      },
    )

    api.openapi(
      createRoute({
        method: 'patch',
        path: '/v1/my/providers/{providerId}',
        operationId: 'updateProfile',
        tags: TAG,
        summary: 'Save some of the profile',
        description:
          'What is not given stays. After a change of time zone, bookings that exist stay at their instants. The position is found from the town, unless it is given.',
        request: { params, headers: idempotencyHeaders, body: bodyOf(profileSchema) },
        responses: { ...saved, ...refusals('provider.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { providerId } = c.req.valid('param')
          await updateProfile(c.var.ctx, providerId as ProviderId, c.req.valid('json'))
          return { status: 200, body: { id: providerId } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'put',
        path: '/v1/my/providers/{providerId}/publication',
        operationId: 'publishProvider',
        tags: TAG,
        summary: 'Go live',
        description: 'The page is public at once; it can be booked as soon as payouts are set up.',
        request: { params, headers: idempotencyHeaders },
        responses: { ...saved, ...refusals('provider.not_found', 'provider.not_ready', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { providerId } = c.req.valid('param')
          await publishProvider(c.var.ctx, providerId as ProviderId)
          return { status: 200, body: { id: providerId } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'delete',
        path: '/v1/my/providers/{providerId}/publication',
        operationId: 'pauseProvider',
        tags: TAG,
        summary: 'Take the page out of search for a while',
        request: { params, headers: idempotencyHeaders },
        responses: { ...saved, ...refusals('provider.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { providerId } = c.req.valid('param')
          await pauseProvider(c.var.ctx, providerId as ProviderId)
          return { status: 200, body: { id: providerId } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'put',
        path: '/v1/providers/{providerId}/suspension',
        operationId: 'suspendProvider',
        tags: OPERATOR_TAG,
        summary: 'Suspend a provider (operators)',
        request: { params, headers: idempotencyHeaders, body: reasonBody },
        responses: { ...saved, ...refusals('provider.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { providerId } = c.req.valid('param')
          await suspendProvider(c.var.ctx, providerId as ProviderId, c.req.valid('json').reason)
          return { status: 200, body: { id: providerId } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'delete',
        path: '/v1/providers/{providerId}/suspension',
        operationId: 'reinstateProvider',
        tags: OPERATOR_TAG,
        summary: 'Lift a suspension (operators)',
        request: { params, headers: idempotencyHeaders, body: reasonBody },
        responses: { ...saved, ...refusals('provider.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { providerId } = c.req.valid('param')
          await reinstateProvider(c.var.ctx, providerId as ProviderId, c.req.valid('json').reason)
          return { status: 200, body: { id: providerId } }
        }),
    )
  }
}
