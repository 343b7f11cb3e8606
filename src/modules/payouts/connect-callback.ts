import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Api } from '#src/platform/http/define.ts'
import { finishConnection } from './connect-payout-account.ts'

export interface ConnectCallbackDeps {
  readonly gateway: PaymentGateway
  /** The context of whoever is signed in with these headers. */
  readonly contextOf: (headers: Headers) => Promise<Ctx>
}

/**
 * Where the gateway leads people back to, below /api. A GET that changes something, because OAuth has it so: the state in the
 * address is what a page of somebody else's cannot know. Whatever comes of it is said on the provider's page.
 */
export function connectCallbackRoutes({ gateway, contextOf }: ConnectCallbackDeps): (api: Api) => void {
  return (api) => {
    api.get('/stripe/connect/callback', async (c) => {
      const ctx = await contextOf(c.req.raw.headers)
      const { outcome, slug } = await finishConnection(ctx, gateway, {
        state: c.req.query('state'),
        code: c.req.query('code'),
      })
      const page = slug === null ? '/provider/payouts' : `/provider/${slug}/payouts`
      c.header('cache-control', 'no-store')
      c.header('referrer-policy', 'no-referrer')
      return c.redirect(`${ctx.config.NEXT_PUBLIC_APP_URL}${page}?connection=${outcome}`, 303)
    })
  }
}
