import { sql } from 'drizzle-orm'
import type { ProviderId } from '#src/kernel/ids.ts'
import type { Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { requireOperator } from './access.ts'
import { listAuditOf, type AuditView } from './audit-trail.ts'
import { iso, isoOrNull, limitOf, pageOf, positionOf, type Page, type PageInput } from './rows.ts'

export const PROVIDER_STATUSES = ['draft', 'in_review', 'live', 'paused', 'suspended'] as const
export type ProviderStatus = (typeof PROVIDER_STATUSES)[number]

export interface ProviderLine {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly status: ProviderStatus
  readonly statusReason: string | null
  readonly city: string
  readonly country: string
  readonly payoutAccountReady: boolean
  readonly createdAt: string
}

export interface ProviderFile extends ProviderLine {
  readonly timeZone: string
  readonly currency: string
  readonly contactEmail: string | null
  readonly contactPhone: string | null
  readonly payoutAccountId: string | null
  readonly payoutAccountRequirements: readonly string[]
  readonly payoutAccountCheckedAt: string | null
  readonly importSource: string | null
  readonly services: number
  readonly bookings: number
  readonly upcoming: number
  readonly members: readonly { readonly name: string; readonly email: string; readonly role: string }[]
  readonly audit: readonly AuditView[]
}

interface Row extends Record<string, unknown> {
  id: string
  slug: string
  name: string
  status: ProviderStatus
  status_reason: string | null
  city: string
  country: string
  payout_account_ready: boolean
  created_at: string
}

interface FileRow extends Row {
  time_zone: string
  currency: string
  contact_email: string | null
  contact_phone: string | null
  payout_account_id: string | null
  payout_account_requirements: string[]
  payout_account_checked_at: string | null
  import_source: string | null
  services: number
  bookings: number
  upcoming: number
  members: { name: string; email: string; role: string }[]
}

export interface ListProviders extends PageInput {
  readonly status?: ProviderStatus | undefined
  /** Name, address of the page, town or mail address, in part. */
  readonly text?: string | undefined
}

/** All providers, newest first. */
export async function listProviders(ctx: Ctx, input: ListProviders = {}): Promise<Page<ProviderLine>> {
  requireOperator(ctx)
  const limit = limitOf(input)
  const after = positionOf(input)
  const { status, text } = input
  const pattern = text && `%${text.replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await ctx.db.execute<Row>(sql`
    select id, slug, name, status, status_reason, city, country, payout_account_ready, created_at from providers p
    where true ${status ? sql`and status = ${status}` : sql``}
      ${pattern ? sql`and (name ilike ${pattern} or slug ilike ${pattern} or city ilike ${pattern} or contact_email::text ilike ${pattern})` : sql``}
      ${after ? sql`and (created_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
    order by created_at desc, id desc limit ${limit + 1}`)
  return pageOf(rows, limit, lineOf, (item) => ({ at: item.createdAt, id: item.id }))
}

/** @throws request.not_found. */
export async function getProviderFile(ctx: Ctx, providerId: ProviderId): Promise<ProviderFile> {
  requireOperator(ctx)
  const [{ rows }, audit] = await Promise.all([
    ctx.db.execute<FileRow>(sql`
      select p.*,
        (select count(*)::int from services s where s.provider_id = p.id and s.active) as services,
        (select count(*)::int from bookings b where b.provider_id = p.id and b.state not in ('held', 'expired')) as bookings,
        (select count(*)::int from bookings b where b.provider_id = p.id and b.state in ('awaiting_provider', 'confirmed', 'in_progress')) as upcoming,
        (select coalesce(json_agg(json_build_object('name', u.name, 'email', u.email, 'role', m.role) order by m.created_at), '[]')
         from provider_members m join users u on u.id = m.user_id where m.provider_id = p.id) as members
      from providers p where p.id = ${providerId}::uuid`),
    listAuditOf(ctx, 'provider', providerId),
  ])
  const row = rows[0]
  if (!row) throw refuse('request.not_found')
  return {
    ...lineOf(row),
    timeZone: row.time_zone,
    currency: row.currency,
    contactEmail: row.contact_email,
    contactPhone: row.contact_phone,
    payoutAccountId: row.payout_account_id,
    payoutAccountRequirements: row.payout_account_requirements,
    payoutAccountCheckedAt: isoOrNull(row.payout_account_checked_at),
    importSource: row.import_source,
    services: row.services,
    bookings: row.bookings,
    upcoming: row.upcoming,
    members: row.members,
    audit,
  }
}

function lineOf(row: Row): ProviderLine {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    status: row.status,
    statusReason: row.status_reason,
    city: row.city,
    country: row.country,
    payoutAccountReady: row.payout_account_ready,
    createdAt: iso(row.created_at),
  }
}

/** Names by id, for lists of things that belong to providers. */
export async function listProviderNames(
  ctx: Ctx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  requireOperator(ctx)
  if (ids.length === 0) return new Map()
  const { rows } = await ctx.db.execute<{ id: string; name: string }>(sql`
    select id, name from providers where id = any(${sql.param(ids)}::uuid[])`)
  return new Map(rows.map(({ id, name }) => [id, name]))
}
