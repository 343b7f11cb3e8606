import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'

/** Whoever sends a request so slowly holds a socket and nothing else; Node would wait five minutes. */
export const SLOW_REQUEST_LIMITS: SlowRequestLimits = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
}

export type SlowRequestLimits = Required<
  Pick<ServerOptions, 'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval'>
>

/** The server in front of the API and the pages. A request that does not arrive in time is answered with 408. */
export function openHttpServer(answer: RequestListener, limits = SLOW_REQUEST_LIMITS): Server {
  const server = createServer(limits, answer)
  server.keepAliveTimeout = 65_000 // longer than the usual proxy's, so that it is not us who closes under its request
  return server
}
