import { OpenAPIHono } from '@hono/zod-openapi'
import { expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import type { ApiEnv } from '#src/platform/http/define.ts'
import { demoRoutes } from './demo.ts'

it('moving the clock asks for no Idempotency-Key: time moves forward once, however often it is told to', () => {
  const api = new OpenAPIHono<ApiEnv>()
  const now = () => Temporal.Instant.from('2026-11-26T19:00:00Z')
  demoRoutes({ clock: { now, moveTo: () => undefined, restartAt: () => undefined } })(api)
  const { paths } = api.getOpenAPI31Document({ openapi: '3.1.0', info: { title: '', version: '' } })
  expect(paths?.['/v1/demo/clock']?.post).toMatchObject({ operationId: 'moveDemoClock' })
  expect(paths?.['/v1/demo/clock']?.post?.parameters ?? []).toEqual([])
})
