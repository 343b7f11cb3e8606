import { getRequestListener } from '@hono/node-server'
import { fileURLToPath } from 'node:url'
import { CLIENT_ADDRESS_HEADER } from '#src/modules/identity/index.ts'
import { ConfigInvalid, readConfig, type Config } from '#src/platform/config.ts'
import { composeApi } from './api.ts'
import { compose, describeSeams } from './compose.ts'
import { openHttpServer } from './http-server.ts'

// The web process: the API by Hono, everything else by Next, on one port. The API does not go through Next, whose route
// handlers answer a thirtieth of the requests.

const DRAIN_MS_MAX = 20_000
const HOST = process.argv.includes('--public') ? '0.0.0.0' : '127.0.0.1'

async function serve(): Promise<void> {
  const config = readConfig()
  const composition = compose(config, 'web')
  const { log } = composition
  const { api } = composeApi(composition)
  const answerApi = getRequestListener(api.fetch)
  const answerPage = config.SERVE_PAGES ? await preparePages(config) : answerApi
  const server = openHttpServer((request, response) => {
    request.headers[CLIENT_ADDRESS_HEADER] = request.socket.remoteAddress ?? ''
    const path = request.url ?? '/'
    void (path === '/api' || path.startsWith('/api/')
      ? answerApi(request, response)
      : answerPage(request, response))
  })
  server.listen(config.PORT, HOST, () =>
    log.info({ port: config.PORT, seams: describeSeams(config) }, 'the site is up'),
  )

  const stop = () => {
    setTimeout(() => process.exit(1), DRAIN_MS_MAX).unref()
    server.close(() => {
      void composition.close().finally(() => process.exit(0))
    })
    server.closeIdleConnections()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

async function preparePages(config: Config) {
  const { default: next } = await import('next')
  const dir = fileURLToPath(new URL('../../', import.meta.url))
  const site = next({ dev: config.NODE_ENV === 'development', dir, hostname: HOST, port: config.PORT })
  await site.prepare()
  return site.getRequestHandler()
}

serve().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigInvalid ? error.message : (error as Error).stack}\n`)
  process.exit(1)
})
