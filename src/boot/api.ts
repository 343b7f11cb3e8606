import { randomUUID } from 'node:crypto'
import { createApi } from '#src/http/app.ts'
import { demoRoutes } from '#src/http/demo.ts'
import { healthRoutes } from '#src/http/health.ts'
import { metricsRoutes } from '#src/http/metrics.ts'
import { ANONYMOUS, type Actor } from '#src/kernel/actor.ts'
import { bookingOfGuestKey } from '#src/modules/bookings/index.ts'
import { bookingsRoutes } from '#src/modules/bookings/routes.ts'
import { catalogRoutes } from '#src/modules/catalog/routes.ts'
import { documentsRoutes } from '#src/modules/documents/routes.ts'
import {
  createAccounts,
  emailOfUser,
  findSignedIn,
  ownOrigins,
  provenEmailOfUser,
  type Accounts,
  type SignedIn,
} from '#src/modules/identity/index.ts'
import { ledgerRoutes } from '#src/modules/ledger/routes.ts'
import {
  EMAIL_VERIFICATION_HOURS,
  PASSWORD_RESET_HOURS,
  recordAccountMail,
} from '#src/modules/notifications/index.ts'
import { notificationsRoutes } from '#src/modules/notifications/routes.ts'
import { operatorRoutes } from '#src/modules/operator/routes.ts'
import { paymentsRoutes } from '#src/modules/payments/routes.ts'
import { paymentWebhookRoutes } from '#src/modules/payments/webhook-routes.ts'
import { connectCallbackRoutes } from '#src/modules/payouts/connect-callback.ts'
import { payoutsRoutes } from '#src/modules/payouts/routes.ts'
import { providerIdsOf } from '#src/modules/providers/index.ts'
import { providersRoutes } from '#src/modules/providers/routes.ts'
import { reviewsRoutes } from '#src/modules/reviews/routes.ts'
import { schedulingRoutes } from '#src/modules/scheduling/routes.ts'
import type { Api } from '#src/platform/http/define.ts'
import type { Composition } from './compose.ts'

export interface ComposedApi {
  readonly api: Api
  readonly accounts: Accounts
}

/** The API with everything the modules add to it. */
export function composeApi(composition: Composition): ComposedApi {
  const { config, db, log, clock, metrics, gateway, movableClock } = composition
  const accounts = createAccounts({
    db,
    config,
    mailLink: {
      passwordResetHours: PASSWORD_RESET_HOURS,
      emailVerificationHours: EMAIL_VERIFICATION_HOURS,
      send: ({ kind: template, ...link }) =>
        recordAccountMail(composition.contextFor({ kind: 'system', name: 'accounts' }), {
          template,
          ...link,
        }),
    },
  })
  const api = createApi({
    log,
    contextFor: composition.contextFor,
    authenticate: (headers) => authenticate(composition, accounts, headers),
    ownOrigins: ownOrigins(config),
    rawRoutes: [
      healthRoutes({ db }),
      metricsRoutes({ metrics, token: config.METRICS_TOKEN }),
      paymentWebhookRoutes({ db, gateway, clock, metrics }),
      connectCallbackRoutes({
        gateway,
        contextOf: async (headers) =>
          composition.contextFor(await authenticate(composition, accounts, headers), randomUUID()),
      }),
      (app) => app.on(['GET', 'POST'], '/auth/*', (c) => accounts.handler(c.req.raw)),
    ],
    routes: [
      catalogRoutes(),
      providersRoutes(),
      schedulingRoutes(),
      reviewsRoutes(),
      bookingsRoutes({
        gateway,
        emailOf: (ctx, userId) => emailOfUser(ctx.db, userId),
        provenEmailOf: (ctx, userId) => provenEmailOfUser(ctx.db, userId),
      }),
      ledgerRoutes(),
      paymentsRoutes(),
      payoutsRoutes({ gateway }),
      documentsRoutes(),
      notificationsRoutes(),
      operatorRoutes({ gateway }),
      ...(movableClock ? [demoRoutes({ clock: movableClock })] : []),
    ],
  })
  return { api, accounts }
}

/** A guest's key stands in the Authorization header; everybody else has a session, or is nobody yet. */
export async function authenticate(
  composition: Composition,
  accounts: Accounts,
  headers: Headers,
): Promise<Actor> {
  const bearer = /^Bearer (\S+)$/.exec(headers.get('authorization') ?? '')?.[1]
  if (bearer) {
    const bookingId = await bookingOfGuestKey(composition.contextFor(ANONYMOUS), bearer)
    return bookingId ? { kind: 'guest', bookingId } : ANONYMOUS
  }
  const signedIn = await findSignedIn(accounts, headers)
  return signedIn ? actorOf(composition, signedIn) : ANONYMOUS
}

export async function actorOf({ db }: Composition, { userId, operatorRole }: SignedIn): Promise<Actor> {
  return { kind: 'user', userId, operatorRole, providerIds: await providerIdsOf(db, userId) }
}
