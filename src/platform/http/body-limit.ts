import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { refuse } from '../errors.ts'

/**
 * Refuses a longer body. One that says its length cannot be longer than it says, so the header is enough: Hono's own limit opens
 * the body as a stream to see whether there is one, and from then on it is read slowly.
 */
export function limitBody(bytesMax: number): MiddlewareHandler {
  const refuseTooLarge = () => {
    throw refuse('request.too_large')
  }
  const count = bodyLimit({ maxSize: bytesMax, onError: refuseTooLarge })
  return (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next() // neither has one
    const length = c.req.header('content-length')
    if (length === undefined || c.req.header('transfer-encoding') !== undefined) return count(c, next)
    return Number(length) > bytesMax ? refuseTooLarge() : next()
  }
}
