import { and, eq, gt, isNull, lte } from 'drizzle-orm'
import { createHash, randomBytes } from 'node:crypto'
import { GatewayRejected, type PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { Actor } from '#src/kernel/actor.ts'
import type { ProviderId, UserId } from '#src/kernel/ids.ts'
import { may } from '#src/kernel/rights.ts'
import { attachPayoutAccount, isAccountOfProvider, syncPayoutAccount } from '#src/modules/providers/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse, Trouble, violatedConstraint } from '#src/platform/errors.ts'
import { CONNECTION_MINUTES, whyNotUsable, type ConnectionOutcome } from './domain/connection.ts'
import { findPayee, hasPayoutInFlight, type Payee } from './queries.ts'
import { connectStates } from './tables.ts'

const STATE_BYTES = 32
const ONE_PROVIDER_AN_ACCOUNT = 'providers_payout_account_id_key'

/**
 * Where a provider connects the account they have at the payment company already. The address carries a state that is worth
 * something once, for {@link CONNECTION_MINUTES} minutes, to the person who asked and for this provider.
 * @throws refusals provider.not_found, provider.connection_not_offered, provider.payout_account_kept.
 */
export async function startConnection(
  ctx: Ctx,
  gateway: PaymentGateway,
  providerId: ProviderId,
): Promise<{ url: string }> {
  const { actor } = ctx
  if (actor.kind !== 'user' || !may(actor, 'payout_account.connect', { providerId }))
    throw refuse('provider.not_found')
  if (ctx.config.STRIPE_CONNECT_CLIENT_ID === undefined) throw refuse('provider.connection_not_offered')
  const token = randomBytes(STATE_BYTES).toString('base64url')
  await inTransaction(ctx, async (tx) => {
    const payee = await findPayee(tx, providerId)
    if (!payee) throw refuse('provider.not_found')
    if (keepsItsAccount(payee)) throw refuse('provider.payout_account_kept')
    await tx
      .delete(connectStates)
      .where(and(eq(connectStates.providerId, providerId), lte(connectStates.expiresAt, ctx.now)))
    await tx.insert(connectStates).values({
      tokenHash: hashOf(token),
      providerId,
      userId: actor.userId,
      createdAt: ctx.now,
      expiresAt: ctx.now.add({ minutes: CONNECTION_MINUTES }),
    })
  })
  return { url: gateway.connectUrl(token, `${ctx.config.NEXT_PUBLIC_APP_URL}/api/stripe/connect/callback`) }
}

/** What the payment company sends somebody back with. */
export interface ConnectionAnswer {
  readonly state: string | undefined
  readonly code: string | undefined
}

export interface Connection {
  readonly outcome: ConnectionOutcome
  /** Whose page says so; null when the person has no right to know. */
  readonly slug: string | null
}

/**
 * Somebody is back. The state is used up first, whatever follows, so that of many who come with it one goes on; then the code is exchanged, and the account
 * becomes the provider's. After a crash in between, the account is connected and nobody's: connecting it again is harmless.
 * Not inside a transaction.
 */
export async function finishConnection(
  ctx: Ctx,
  gateway: PaymentGateway,
  { state, code }: ConnectionAnswer,
): Promise<Connection> {
  const { actor } = ctx
  const tokenHash = hashOf(state ?? '')
  const userId = actor.kind === 'user' ? actor.userId : null
  const providerId = userId && (await useUp(ctx, tokenHash, userId))
  if (!providerId) return refusedBecause(ctx, tokenHash, actor)
  const payee = await findPayee(ctx.db, providerId)
  if (!payee || !may(actor, 'payout_account.connect', { providerId }))
    return { outcome: 'foreign', slug: null }
  const outcome =
    code === undefined
      ? 'denied'
      : keepsItsAccount(payee)
        ? 'kept'
        : await connect(ctx, gateway, providerId, code)
  return { outcome, slug: payee.slug }
}

/** @returns the provider it was for; null when it was used, lapsed or somebody else's. One update: of many at once, one gets it. */
async function useUp(ctx: Ctx, tokenHash: string, userId: UserId): Promise<ProviderId | null> {
  const [used] = await ctx.db
    .update(connectStates)
    .set({ usedAt: ctx.now })
    .where(
      and(
        eq(connectStates.tokenHash, tokenHash),
        eq(connectStates.userId, userId),
        isNull(connectStates.usedAt),
        gt(connectStates.expiresAt, ctx.now),
      ),
    )
    .returning({ providerId: connectStates.providerId })
  return used?.providerId ?? null
}

async function refusedBecause(ctx: Ctx, tokenHash: string, actor: Actor): Promise<Connection> {
  const [state] = await ctx.db.select().from(connectStates).where(eq(connectStates.tokenHash, tokenHash))
  const outcome = whyNotUsable(state ?? null, actor.kind === 'user' ? actor.userId : null)
  const theirs =
    state && outcome !== 'foreign' && may(actor, 'payout_account.connect', { providerId: state.providerId })
  return { outcome, slug: theirs ? ((await findPayee(ctx.db, state.providerId))?.slug ?? null) : null }
}

async function connect(
  ctx: Ctx,
  gateway: PaymentGateway,
  providerId: ProviderId,
  code: string,
): Promise<ConnectionOutcome> {
  let accountId: string
  try {
    accountId = await gateway.exchangeConnectCode(code)
  } catch (error) {
    ctx.log.warn({ error, providerId }, 'an account could not be connected')
    if (error instanceof GatewayRejected) return 'rejected'
    if (error instanceof Trouble) return 'unavailable'
    throw error
  }
  const outcome = await attach(ctx, providerId, accountId)
  if (outcome === 'connected') await readAtOnce(ctx, gateway, accountId)
  else await giveBack(ctx, gateway, accountId)
  return outcome
}

/** It is the provider's, whether or not the gateway now says what it can do: that can be asked for again on the page. */
async function readAtOnce(ctx: Ctx, gateway: PaymentGateway, accountId: string): Promise<void> {
  try {
    await syncPayoutAccount(ctx, gateway, accountId)
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    ctx.log.warn({ error, accountId }, 'an account that was just connected could not be read')
  }
}

async function attach(ctx: Ctx, providerId: ProviderId, accountId: string): Promise<ConnectionOutcome> {
  try {
    return await inTransaction(ctx, async (tx) => {
      // What it says is read once it is the provider's: news that came before that was nobody's.
      const attached = await attachPayoutAccount(
        ctx,
        providerId,
        { accountId, ready: false, requirements: [], bankFailure: null },
        { replaces: async () => !(await hasPayoutInFlight(tx, providerId)) },
      )
      if (attached !== 'attached') return attached
      await recordAudit(tx, ctx, {
        action: 'provider.connect_payout_account',
        subjectKind: 'provider',
        subjectId: providerId,
        after: { accountId },
      })
      return 'connected'
    })
  } catch (error) {
    // Two providers came with one account at the same moment.
    if (violatedConstraint(error) === ONE_PROVIDER_AN_ACCOUNT) return 'taken'
    throw error
  }
}

/** An account that nobody here is paid to is left alone again, if the gateway listens; if not, it is connected and unused. */
async function giveBack(ctx: Ctx, gateway: PaymentGateway, accountId: string): Promise<void> {
  if (await isAccountOfProvider(ctx.db, accountId)) return
  await gateway.disconnect(accountId).catch((error: unknown) => {
    ctx.log.warn({ error, accountId }, 'an account that is not used could not be disconnected')
  })
}

function keepsItsAccount({ accountId, disconnected }: Payee): boolean {
  return accountId !== null && !disconnected
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
