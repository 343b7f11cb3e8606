import { eq, sql } from 'drizzle-orm'
import type { ProviderId } from '#src/kernel/ids.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { openPointsBeforeGoLive } from './domain/onboarding.ts'
import { picturesFor } from './domain/pictures.ts'
import { lockManagedProvider, readOnboarding, type Provider } from './queries.ts'
import { providers, type ProviderStatus } from './tables.ts'

/** Makes the page public. @throws provider.not_ready with the points that are still open. */
export async function publishProvider(ctx: Ctx, providerId: ProviderId): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const provider = await lockManagedProvider(tx, ctx.actor, providerId)
    if (provider.status === 'live') return
    const steps = await readOnboarding(tx, providerId)
    const open = provider.status === 'suspended' ? (steps.at(-1)?.open ?? []) : openPointsBeforeGoLive(steps)
    if (open.length > 0) throw refuse('provider.not_ready', { open: open.map((point) => ({ ...point })) })
    if (provider.photos.length === 0) await beginWithPicture(tx, providerId)
    await changeStatus(tx, ctx, provider, 'live', 'provider.published')
  })
}

/** A page without a picture looks abandoned: until the provider chooses others it has one of its trade. */
async function beginWithPicture(tx: Tx, providerId: ProviderId): Promise<void> {
  const { rows } = await tx.execute<{ path: string[] }>(sql`
    select c.path from services s join categories c on c.id = s.category_id
    where s.provider_id = ${providerId}::uuid and s.active order by s.position, s.id limit 1`)
  const photos = picturesFor(rows[0]?.path ?? [])
  if (photos.length > 0) await tx.update(providers).set({ photos }).where(eq(providers.id, providerId))
}

/** Takes the page out of search. Bookings that exist stay. */
export async function pauseProvider(ctx: Ctx, providerId: ProviderId): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const provider = await lockManagedProvider(tx, ctx.actor, providerId)
    if (provider.status !== 'live') return
    await changeStatus(tx, ctx, provider, 'paused', 'provider.paused')
  })
}

/** By an operator, with a reason that is kept. Only an operator can lift it. */
export async function suspendProvider(ctx: Ctx, providerId: ProviderId, reason: string): Promise<void> {
  await byOperator(ctx, providerId, 'suspended', 'provider.suspended', reason)
}

/** Lifts a suspension: the provider may publish again. */
export async function reinstateProvider(ctx: Ctx, providerId: ProviderId, reason: string): Promise<void> {
  await byOperator(ctx, providerId, 'paused', 'provider.reinstated', reason)
}

async function byOperator(
  ctx: Ctx,
  providerId: ProviderId,
  to: ProviderStatus,
  event: string,
  reason: string,
): Promise<void> {
  const { actor } = ctx
  if (actor.kind !== 'user' || (actor.operatorRole !== 'admin' && actor.operatorRole !== 'support')) {
    throw refuse('provider.not_found')
  }
  await inTransaction(ctx, async (tx) => {
    const [provider] = await tx
      .select()
      .from(providers)
      .where(eq(providers.id, providerId))
      .for('no key update')
    if (!provider) throw refuse('provider.not_found')
    if ((provider.status === 'suspended') === (to === 'suspended')) return
    await changeStatus(tx, ctx, provider, to, event, reason)
  })
}

async function changeStatus(
  tx: Tx,
  ctx: Ctx,
  provider: Provider,
  status: ProviderStatus,
  event: string,
  reason: string | null = null,
): Promise<void> {
  await tx
    .update(providers)
    .set({ status, statusReason: reason, updatedAt: ctx.now })
    .where(eq(providers.id, provider.id))
  await recordAudit(tx, ctx, {
    action: event,
    subjectKind: 'provider',
    subjectId: provider.id,
    before: { status: provider.status },
    after: { status },
    ...(reason === null ? {} : { reason }),
  })
  await emit(tx, {
    type: event,
    subjectId: provider.id,
    payload: { providerId: provider.id },
    occurredAt: ctx.now,
  })
}
