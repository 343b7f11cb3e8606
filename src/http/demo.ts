import { createRoute, z } from '@hono/zod-openapi'
import type { MovableClock } from '#src/platform/clock.ts'
import { instantFrom, instantSchema, invalid, ok, refusals, type Routes } from '#src/platform/http/define.ts'

const YEARS_AHEAD_MAX = 2

/** Moves the time of a demonstration forward. Mounted only in demo mode, which configuration refuses with a live key. */
export function demoRoutes({ clock }: { clock: MovableClock }): Routes {
  return (api) => {
    const schema = z.object({ now: instantSchema })
    api.openapi(
      createRoute({
        method: 'get',
        path: '/v1/demo/clock',
        operationId: 'getDemoClock',
        tags: ['Demo'],
        summary: 'The time of this demonstration',
        responses: ok(200, 'The time', schema),
      }),
      (c) => c.json({ now: clock.now().toString() }, 200),
    )
    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/demo/clock',
        operationId: 'moveDemoClock',
        tags: ['Demo'],
        summary: 'Move time forward; what falls due then happens by itself',
        request: {
          body: {
            required: true,
            content: { 'application/json': { schema: z.object({ to: instantSchema }).strict() } },
          },
        },
        responses: {
          ...ok(200, 'The new time', schema),
          ...refusals('request.invalid', 'request.malformed', 'request.cross_site'),
        },
      }),
      (c) => {
        const to = instantFrom(c.req.valid('json').to)
        const now = clock.now()
        const furthest = now.add({ hours: 24 * 365 * YEARS_AHEAD_MAX })
        if (to.epochMilliseconds < now.epochMilliseconds)
          throw invalid('to', 'is in the past: time only moves forward')
        if (to.epochMilliseconds > furthest.epochMilliseconds)
          throw invalid('to', `is more than ${YEARS_AHEAD_MAX} years ahead`)
        clock.moveTo(to)
        return c.json({ now: clock.now().toString() }, 200)
      },
    )
  }
}
