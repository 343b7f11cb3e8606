import { and, count, eq, notInArray, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { Actor } from '#src/kernel/actor.ts'
import type { ProviderId, ServiceId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { moneyToJson, type Money } from '#src/kernel/money.ts'
import { may } from '#src/kernel/rights.ts'
import type { BookingMode, CancellationPolicy, LocationKind } from '#src/kernel/service-terms.ts'
import { lockManagedProvider } from '#src/modules/providers/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { invalid, oneTooMany } from '#src/platform/http/define.ts'
import { priceProblemOf, sayPriceProblem, stepProblemOf } from './price-problem.ts'
import { SERVICES_MAX } from './service-view.ts'
import { categories, serviceExtras, services, type ServiceExtraId } from './tables.ts'
import { SERVICE_DEFAULTS } from './write-services.ts'

export interface ServiceExtraInput {
  /** Of an extra that exists; without it a new one is made. */
  readonly id?: string | undefined
  readonly name: string
  readonly price: Money
  readonly extraMinutes: number
}

export interface ServiceInput {
  readonly name: string
  readonly categoryId: string
  readonly durationMinutes: number
  readonly price: Money
  readonly description?: string | undefined
  readonly bufferBeforeMinutes?: number | undefined
  readonly bufferAfterMinutes?: number | undefined
  readonly stepMinutes?: number | undefined
  readonly minimumNoticeMinutes?: number | undefined
  readonly horizonDays?: number | undefined
  readonly capacity?: number | undefined
  readonly bookingMode?: BookingMode | undefined
  readonly cancellationPolicy?: CancellationPolicy | undefined
  readonly locationKind?: LocationKind | undefined
  /** All of them: one that is not in the list is not offered any more. */
  readonly extras?: readonly ServiceExtraInput[] | undefined
}

/** What is not given stays. */
export type ServiceChange = { readonly [Field in keyof ServiceInput]?: ServiceInput[Field] | undefined }

type Service = typeof services.$inferSelect

/** Puts a service on offer, after the others. */
export async function createService(
  ctx: Ctx,
  providerId: ProviderId,
  input: ServiceInput,
): Promise<ServiceId> {
  return inTransaction(ctx, async (tx) => {
    const provider = await lockManagedProvider(tx, ctx.actor, providerId)
    const [existing] = await tx
      .select({ services: count() })
      .from(services)
      .where(eq(services.providerId, providerId))
    if ((existing?.services ?? 0) >= SERVICES_MAX) throw oneTooMany('name', SERVICES_MAX, 'services')
    await assertOfferable(tx, ctx, input, provider.currency)
    const id = randomUUID() as ServiceId
    const { price, extras = [], ...given } = input
    const { extras: _none, ...defaults } = SERVICE_DEFAULTS
    await tx.insert(services).values({
      ...defaults,
      ...withoutUndefined(given),
      ...{ id, providerId, active: true, priceMinor: price.amountMinor, currency: provider.currency },
      name: input.name,
      categoryId: input.categoryId,
      durationMinutes: input.durationMinutes,
      position: sql`(select coalesce(max(s.position) + 1, 0) from services s where s.provider_id = ${providerId}::uuid)`,
      createdAt: ctx.now,
      updatedAt: ctx.now,
    })
    await replaceExtras(tx, id, extras)
    await recordAudit(tx, ctx, {
      action: 'service.create',
      subjectKind: 'service',
      subjectId: id,
      after: auditOf(input),
    })
    return id
  })
}

/** Changes the offer. Bookings that exist keep what they were made with. */
export async function updateService(ctx: Ctx, serviceId: ServiceId, input: ServiceChange): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const service = await lockManagedService(tx, ctx.actor, serviceId)
    await assertOfferable(tx, ctx, input, service.currency)
    const { price, extras, ...given } = input
    await tx
      .update(services)
      .set({
        ...withoutUndefined(given),
        ...(price ? { priceMinor: price.amountMinor } : {}),
        updatedAt: ctx.now,
      })
      .where(eq(services.id, serviceId))
    if (extras) await replaceExtras(tx, serviceId, extras)
    await recordAudit(tx, ctx, {
      action: 'service.update',
      subjectKind: 'service',
      subjectId: serviceId,
      before: {
        name: service.name,
        priceMinor: service.priceMinor.toString(),
        durationMinutes: service.durationMinutes,
      },
      after: auditOf(input),
    })
  })
}

/** Takes a service off the page, or puts it back. It is never deleted: bookings speak of it. */
export async function setServiceActive(ctx: Ctx, serviceId: ServiceId, active: boolean): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const service = await lockManagedService(tx, ctx.actor, serviceId)
    if (service.active === active) return
    await tx.update(services).set({ active, updatedAt: ctx.now }).where(eq(services.id, serviceId))
    await recordAudit(tx, ctx, {
      action: active ? 'service.activate' : 'service.deactivate',
      subjectKind: 'service',
      subjectId: serviceId,
    })
  })
}

async function lockManagedService(tx: Tx, actor: Actor, serviceId: ServiceId): Promise<Service> {
  const [service] = await tx.select().from(services).where(eq(services.id, serviceId)).for('no key update')
  if (!service || !may(actor, 'provider.manage', { providerId: service.providerId }))
    throw refuse('service.not_found')
  return service
}

async function assertOfferable(
  tx: Tx,
  ctx: Ctx,
  input: ServiceChange,
  currency: Service['currency'],
): Promise<void> {
  const { price, categoryId, extras = [] } = input
  if ([price, ...extras.map((extra) => extra.price)].some((each) => each && each.currency !== currency)) {
    throw refuse('service.currency_differs', { currency })
  }
  if (price) assertPrice(ctx, price)
  const ids = extras.map(({ id }) => id?.toLowerCase())
  for (const [index, extra] of extras.entries()) {
    if (extra.id && ids.indexOf(ids[index]) < index) throw invalid(`extras.${index}.id`, 'is there twice')
    const problem = stepProblemOf(extra.price)
    if (problem) throw invalid(`extras.${index}.price`, sayPriceProblem(problem))
  }
  if (categoryId !== undefined) {
    const known = await tx.select({ id: categories.id }).from(categories).where(eq(categories.id, categoryId))
    if (known.length === 0) throw invalid('categoryId', 'is not a category')
  }
}

function assertPrice({ config }: Ctx, price: Money): void {
  const problem = priceProblemOf(config, price)
  if (problem?.kind === 'too_low')
    throw refuse('service.price_too_low', { minimum: { ...moneyToJson(problem.limit) } })
  if (problem) throw invalid('price', sayPriceProblem(problem))
}

async function replaceExtras(
  tx: Tx,
  serviceId: ServiceId,
  extras: readonly ServiceExtraInput[],
): Promise<void> {
  const rows = extras.map(({ id, name, price, extraMinutes }, position) => ({
    id: (id ?? randomUUID()) as ServiceExtraId,
    ...{ serviceId, name, extraMinutes, position, active: true, priceMinor: price.amountMinor },
  }))
  const kept = rows.map(({ id }) => id)
  await tx
    .update(serviceExtras)
    .set({ active: false })
    .where(
      and(
        eq(serviceExtras.serviceId, serviceId),
        kept.length > 0 ? notInArray(serviceExtras.id, kept) : sql`true`,
      ),
    )
  if (rows.length === 0) return
  const written = await tx
    .insert(serviceExtras)
    .values(rows)
    .onConflictDoUpdate({
      target: serviceExtras.id,
      set: {
        name: sql`excluded.name`,
        priceMinor: sql`excluded.price_minor`,
        extraMinutes: sql`excluded.extra_minutes`,
        position: sql`excluded.position`,
        active: true,
      },
      // The id may be that of somebody else's extra.
      setWhere: eq(serviceExtras.serviceId, serviceId),
    })
    .returning({ id: serviceExtras.id })
  if (written.length !== rows.length)
    throw invalid('extras', 'names an extra that this service does not have')
}

function withoutUndefined<T extends object>(given: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>
  }
}

function auditOf({ price, extras, ...same }: ServiceChange): JsonObject {
  return {
    ...withoutUndefined(same),
    ...(price ? { price: { ...moneyToJson(price) } } : {}),
    ...(extras ? { extras: extras.map(({ name }) => name) } : {}),
  }
}
