import { createRoute, z } from '@hono/zod-openapi'
import type { ProviderId, ServiceId } from '#src/kernel/ids.ts'
import { laterOf, Temporal } from '#src/kernel/time.ts'
import { listReviews, reviewListSchema } from '#src/modules/reviews/index.ts'
import { EXTRAS_MAX, listStartsOfService } from '#src/modules/scheduling/index.ts'
import { refuse } from '#src/platform/errors.ts'
import {
  bodyOf,
  idempotencyHeaders,
  idSchema,
  instantFrom,
  instantSchema,
  invalid,
  moneyFrom,
  ok,
  refusals,
  WRITE_REFUSALS,
  type Routes,
} from '#src/platform/http/define.ts'
import { inIdempotentTransaction } from '#src/platform/http/idempotency.ts'
import { findPublicProvider, getProviderPage } from './get-provider-page.ts'
import { listCategories } from './list-categories.ts'
import { listOwnServices } from './list-own-services.ts'
import { createService, setServiceActive, updateService, type ServiceExtraInput } from './save-service.ts'
import {
  categoryTreeSchema,
  ownServiceSchema,
  providerPageSchema,
  searchResultSchema,
  serviceInputSchema,
  startListSchema,
} from './schema.ts'
import { searchQuerySchema } from './search-input.ts'
import { searchProviders } from './search-providers.ts'

const TAG = ['Catalog']
const OWN_TAG = ['Your services']
/** A month of slots is the most a page shows at once, with days of either end in other zones. */
const WINDOW_DAYS = 31
const WINDOW_DAYS_MAX = 62
const REVIEWS_MAX = 50

const slugOrId = z.object({ slugOrId: z.string().min(1).max(120) })
const ownProvider = z.object({ providerId: idSchema })
const ownService = z.object({ serviceId: idSchema })

export function catalogRoutes(): Routes {
  return (api) => {
    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/providers',
        operationId: 'searchProviders',
        tags: TAG,
        summary: 'Find providers, also by the time they have free',
        description:
          'Prices are compared as whoever asks would pay: with the guest booking fee unless signed in. Pages follow the cursor; its order is total.',
        request: { query: searchQuerySchema },
        responses: {
          ...ok(200, 'One page of providers', searchResultSchema),
          ...refusals('request.invalid'),
        },
      }),
      async (c) => {
        const { db, config, now, actor } = c.var.ctx
        const input = { ...c.req.valid('query'), signedIn: actor.kind === 'user' }
        return c.json(await searchProviders(db, config, input, now), 200)
      },
    )

    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/providers/{slugOrId}',
        operationId: 'getProvider',
        tags: TAG,
        summary: 'One provider with services, hours and newest reviews',
        request: { params: slugOrId },
        responses: { ...ok(200, 'The provider', providerPageSchema), ...refusals('provider.not_found') },
      }),
      async (c) => {
        const { db, config, now } = c.var.ctx
        const page = await getProviderPage(db, config, c.req.valid('param').slugOrId, now)
        if (!page) throw refuse('provider.not_found')
        return c.json(page, 200)
      },
    )

    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/providers/{slugOrId}/reviews',
        operationId: 'listReviews',
        tags: TAG,
        summary: 'Reviews of one provider, newest first',
        request: {
          params: slugOrId,
          query: z.object({
            cursor: z.string().max(500).optional(),
            limit: z.coerce.number().int().min(1).max(REVIEWS_MAX).optional(),
          }),
        },
        responses: {
          ...ok(200, 'One page of reviews', reviewListSchema),
          ...refusals('provider.not_found', 'request.invalid'),
        },
      }),
      async (c) => {
        const { db } = c.var.ctx
        const providerId = await findPublicProvider(db, c.req.valid('param').slugOrId)
        if (!providerId) throw refuse('provider.not_found')
        return c.json(await listReviews(db, providerId, c.req.valid('query')), 200)
      },
    )

    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/services/{serviceId}/slots',
        operationId: 'listSlots',
        tags: TAG,
        summary: 'Times at which a service can be booked',
        description: `Starts from \`from\` (default now) up to, and without, \`until\` (default ${WINDOW_DAYS} days later, ${WINDOW_DAYS_MAX} at most).`,
        request: {
          params: ownService,
          query: z.object({
            from: instantSchema.optional(),
            until: instantSchema.optional(),
            extraIds: z
              .string()
              .max(800)
              .optional()
              .transform((ids) => (ids ? ids.split(',') : []))
              .pipe(z.array(idSchema).max(EXTRAS_MAX))
              .openapi({
                type: 'string',
                description: 'Chosen extras, separated by commas: they may take time.',
              }),
          }),
        },
        responses: {
          ...ok(200, 'The slots in order', startListSchema),
          ...refusals('service.not_found', 'booking.extra_not_found', 'request.invalid'),
        },
      }),
      async (c) => {
        const { db, now } = c.var.ctx
        const { extraIds, ...query } = c.req.valid('query')
        const window = windowOf(query, now)
        return c.json(
          await listStartsOfService(db, c.req.valid('param').serviceId as ServiceId, window, now, extraIds),
          200,
        )
      },
    )

    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/categories',
        operationId: 'listCategories',
        tags: TAG,
        summary: 'The tree of categories',
        responses: ok(200, 'Top categories with their children', z.object({ items: categoryTreeSchema })),
      }),
      async (c) => {
        const items = categoryTreeSchema.parse(await listCategories(c.var.ctx.db))
        return c.json({ items }, 200)
      },
    )

    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/my/providers/{providerId}/services',
        operationId: 'listOwnServices',
        tags: OWN_TAG,
        summary: 'Your services, those off the page included',
        request: { params: ownProvider },
        responses: {
          ...ok(200, 'The services', z.object({ items: z.array(ownServiceSchema) })),
          ...refusals('provider.not_found'),
        },
      }),
      async (c) => {
        const { db, config, actor } = c.var.ctx
        const items = await listOwnServices(db, config, actor, c.req.valid('param').providerId as ProviderId)
        return c.json({ items }, 200)
      },
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/my/providers/{providerId}/services',
        operationId: 'createService',
        tags: OWN_TAG,
        summary: 'Put a service on offer',
        request: { params: ownProvider, headers: idempotencyHeaders, body: bodyOf(serviceInputSchema) },
        responses: {
          ...ok(201, 'The service is on offer', z.object({ id: idSchema })),
          ...refusals(
            'provider.not_found',
            'service.price_too_low',
            'service.currency_differs',
            ...WRITE_REFUSALS,
          ),
        },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { price, extras, ...body } = c.req.valid('json')
          const providerId = c.req.valid('param').providerId as ProviderId
          const id: string = await createService(c.var.ctx, providerId, {
            ...body,
            price: moneyFrom(price),
            extras: extras?.map(extraFrom),
          })
          return { status: 201, body: { id } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'patch',
        path: '/v1/my/services/{serviceId}',
        operationId: 'updateService',
        tags: OWN_TAG,
        summary: 'Change a service, or take it off the page',
        description: 'What is not given stays. Bookings that exist keep what they were made with.',
        request: {
          params: ownService,
          headers: idempotencyHeaders,
          body: bodyOf(serviceInputSchema.partial().extend({ active: z.boolean().optional() }).strict()),
        },
        responses: {
          ...ok(200, 'Saved', z.object({ id: idSchema })),
          ...refusals(
            'service.not_found',
            'service.price_too_low',
            'service.currency_differs',
            ...WRITE_REFUSALS,
          ),
        },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { active, price, extras, ...body } = c.req.valid('json')
          const serviceId = c.req.valid('param').serviceId as ServiceId
          await updateService(c.var.ctx, serviceId, {
            ...body,
            price: price && moneyFrom(price),
            extras: extras?.map(extraFrom),
          })
          if (active !== undefined) await setServiceActive(c.var.ctx, serviceId, active)
          return { status: 200, body: { id: serviceId } }
        }),
    )
  }
}

type ExtraJson = NonNullable<z.output<typeof serviceInputSchema>['extras']>[number]

function extraFrom({ price, ...extra }: ExtraJson): ServiceExtraInput {
  return { ...extra, price: moneyFrom(price) }
}

function windowOf(query: { from?: string | undefined; until?: string | undefined }, now: Temporal.Instant) {
  const from = query.from === undefined ? now : laterOf(instantFrom(query.from), now)
  const until = query.until === undefined ? from.add({ hours: 24 * WINDOW_DAYS }) : instantFrom(query.until)
  if (Temporal.Instant.compare(from, until) >= 0)
    throw invalid('until', 'must be after from, and in the future')
  if (Temporal.Instant.compare(from.add({ hours: 24 * WINDOW_DAYS_MAX }), until) < 0) {
    throw invalid('until', `is more than ${WINDOW_DAYS_MAX} days after from`)
  }
  return { from, until }
}
