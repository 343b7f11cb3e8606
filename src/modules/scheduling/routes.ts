import { createRoute, z } from '@hono/zod-openapi'
import type { ProviderId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import {
  bodyOf,
  dateSchema,
  idempotencyHeaders,
  idSchema,
  instantFrom,
  instantSchema,
  invalid,
  ok,
  refusals,
  WRITE_REFUSALS,
  type Routes,
} from '#src/platform/http/define.ts'
import { inIdempotentTransaction } from '#src/platform/http/idempotency.ts'
import { addTimeOff, removeTimeOff } from './add-time-off.ts'
import { removeBusyFeed, subscribeBusyFeed } from './busy-feeds/subscribe-busy-feed.ts'
import { WINDOWS_A_DAY_MAX } from './domain/limits.ts'
import type { OpeningRule } from './domain/opening-hours.ts'
import { getSchedule } from './get-schedule.ts'
import { removeDateOverride, setDateOverride } from './set-date-override.ts'
import { setOpeningHours } from './set-opening-hours.ts'
import type { BusyFeedId, TimeOffId } from './tables.ts'

const TAG = ['Your calendar']
const BASE = '/v1/my/providers/{providerId}'
/** Longer is a pause. */
const TIME_OFF_DAYS_MAX = 366

const params = z.object({ providerId: idSchema })
const dateParams = params.extend({ date: dateSchema })
const saved = ok(200, 'Saved', z.object({ id: z.string() }))
const made = ok(201, 'Saved', z.object({ id: idSchema }))

const minute = z.number().int().min(0).max(1440)
const windowSchema = z
  .object({
    opensMinute: minute.openapi({ description: 'Minutes of wall time since midnight.', example: 540 }),
    closesMinute: minute.openapi({ description: '1440 is the midnight that ends the day.', example: 1020 }),
  })
  .strict()
const ruleSchema = windowSchema.extend({
  weekday: z.number().int().min(1).max(7).openapi({ description: '1 is Monday.' }),
})

const scheduleSchema = z
  .object({
    rules: z.array(ruleSchema),
    overrides: z.array(z.object({ date: z.string(), windows: z.array(windowSchema) })),
    timeOff: z.array(
      z.object({ id: idSchema, from: instantSchema, until: instantSchema, reason: z.string() }),
    ),
    busyFeeds: z.array(
      z.object({
        id: idSchema,
        url: z.string(),
        lastSuccessAt: instantSchema.nullable(),
        lastError: z.string().nullable(),
      }),
    ),
  })
  .openapi('Schedule')

export function schedulingRoutes(): Routes {
  return (api) => {
    api.openapi(
      createRoute({
        method: 'get',
        path: `${BASE}/schedule`,
        operationId: 'getSchedule',
        tags: TAG,
        summary: 'Your hours, exceptions, time off and subscribed calendars',
        request: { params },
        responses: { ...ok(200, 'The schedule', scheduleSchema), ...refusals('provider.not_found') },
      }),
      async (c) => {
        const { db, actor } = c.var.ctx
        return c.json(await getSchedule(db, actor, c.req.valid('param').providerId as ProviderId), 200)
      },
    )

    api.openapi(
      createRoute({
        method: 'put',
        path: `${BASE}/opening-hours`,
        operationId: 'setOpeningHours',
        tags: TAG,
        summary: 'Replace the weekly hours',
        request: {
          params,
          headers: idempotencyHeaders,
          body: bodyOf(z.object({ rules: z.array(ruleSchema).max(7 * WINDOWS_A_DAY_MAX) }).strict()),
        },
        responses: { ...saved, ...refusals('provider.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { providerId } = c.req.valid('param')
          await setOpeningHours(
            c.var.ctx,
            providerId as ProviderId,
            c.req.valid('json').rules as OpeningRule[],
          )
          return { status: 200, body: { id: providerId } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'put',
        path: `${BASE}/date-overrides/{date}`,
        operationId: 'setDateOverride',
        tags: TAG,
        summary: 'Other hours on one date; none means closed',
        request: {
          params: dateParams,
          headers: idempotencyHeaders,
          body: bodyOf(z.object({ windows: z.array(windowSchema).max(WINDOWS_A_DAY_MAX) }).strict()),
        },
        responses: { ...saved, ...refusals('provider.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { providerId, date } = c.req.valid('param')
          const { windows } = c.req.valid('json')
          await setDateOverride(c.var.ctx, providerId as ProviderId, Temporal.PlainDate.from(date), windows)
          return { status: 200, body: { id: date } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'delete',
        path: `${BASE}/date-overrides/{date}`,
        operationId: 'removeDateOverride',
        tags: TAG,
        summary: 'Back to the weekly hours on one date',
        request: { params: dateParams, headers: idempotencyHeaders },
        responses: { ...saved, ...refusals('provider.not_found', 'schedule.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { providerId, date } = c.req.valid('param')
          await removeDateOverride(c.var.ctx, providerId as ProviderId, Temporal.PlainDate.from(date))
          return { status: 200, body: { id: date } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: `${BASE}/time-off`,
        operationId: 'addTimeOff',
        tags: TAG,
        summary: 'Block a time',
        description: 'Bookings that exist stay.',
        request: {
          params,
          headers: idempotencyHeaders,
          body: bodyOf(
            z
              .object({
                from: instantSchema,
                until: instantSchema,
                reason: z.string().trim().max(200).default(''),
              })
              .strict(),
          ),
        },
        responses: { ...made, ...refusals('provider.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { from, until, reason } = c.req.valid('json')
          const during = { start: instantFrom(from), end: instantFrom(until) }
          if (Temporal.Instant.compare(during.start, during.end) >= 0)
            throw invalid('until', 'must be after from')
          if (Temporal.Instant.compare(during.start.add({ hours: 24 * TIME_OFF_DAYS_MAX }), during.end) < 0) {
            throw invalid(
              'until',
              `is more than ${TIME_OFF_DAYS_MAX} days after from; pause your page instead`,
            )
          }
          const id: string = await addTimeOff(
            c.var.ctx,
            c.req.valid('param').providerId as ProviderId,
            during,
            reason,
          )
          return { status: 201, body: { id } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'delete',
        path: `${BASE}/time-off/{timeOffId}`,
        operationId: 'removeTimeOff',
        tags: TAG,
        summary: 'Free a blocked time',
        request: { params: params.extend({ timeOffId: idSchema }), headers: idempotencyHeaders },
        responses: { ...saved, ...refusals('provider.not_found', 'schedule.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { providerId, timeOffId } = c.req.valid('param')
          await removeTimeOff(c.var.ctx, providerId as ProviderId, timeOffId as TimeOffId)
          return { status: 200, body: { id: timeOffId } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: `${BASE}/busy-feeds`,
        operationId: 'subscribeBusyFeed',
        tags: TAG,
        summary: 'Subscribe a calendar (iCal) whose busy times block yours',
        request: {
          params,
          headers: idempotencyHeaders,
          body: bodyOf(z.object({ url: z.url({ protocol: /^(https?|webcal)$/ }).max(2000) }).strict()),
        },
        responses: { ...made, ...refusals('provider.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const providerId = c.req.valid('param').providerId as ProviderId
          const id: string = await subscribeBusyFeed(c.var.ctx, providerId, c.req.valid('json').url)
          return { status: 201, body: { id } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'delete',
        path: `${BASE}/busy-feeds/{busyFeedId}`,
        operationId: 'removeBusyFeed',
        tags: TAG,
        summary: 'End a subscription; its busy times are free again',
        request: { params: params.extend({ busyFeedId: idSchema }), headers: idempotencyHeaders },
        responses: { ...saved, ...refusals('provider.not_found', 'schedule.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { providerId, busyFeedId } = c.req.valid('param')
          await removeBusyFeed(c.var.ctx, providerId as ProviderId, busyFeedId as BusyFeedId)
          return { status: 200, body: { id: busyFeedId } }
        }),
    )
  }
}
