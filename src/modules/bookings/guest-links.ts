import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import type { BookingId } from '#src/kernel/ids.ts'
import { laterOf, plusMinutes, type Temporal } from '#src/kernel/time.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
import { preparedSelect } from '#src/platform/db/prepared.ts'
import { bookingLinks } from './tables.ts'

// A guest's key is "<link id>.<signature>", both base64url: 122 random bits and an HMAC over them. Nothing from which the
// key could be made is stored in the database, so that a copy of it opens no booking.

type LinkSigner = Pick<Ctx, 'config'>

/** The row for a new link; it stays valid until some time after the booking has ended. */
export function newGuestLink(
  ctx: Pick<Ctx, 'config' | 'now'>,
  bookingId: BookingId,
  endsAt: Temporal.Instant,
) {
  const expiresAt = plusMinutes(laterOf(endsAt, ctx.now), 24 * 60 * ctx.config.GUEST_LINK_DAYS)
  return { id: randomUUID(), bookingId, expiresAt, createdAt: ctx.now }
}

export type GuestLink = ReturnType<typeof newGuestLink>

export function guestKey({ config }: LinkSigner, linkId: string): string {
  const id = Buffer.from(linkId.replaceAll('-', ''), 'hex')
  return `${id.toString('base64url')}.${sign(config.LINK_SECRET, id).toString('base64url')}`
}

/** The booking that a key opens; null when it is forged, revoked or too old. Reading it changes nothing. */
export async function bookingOfGuestKey(
  ctx: Pick<Ctx, 'db' | 'config' | 'now'>,
  key: string,
): Promise<BookingId | null> {
  const link = await linkOfGuestKey(ctx, key)
  return link && !link.revoked ? link.bookingId : null
}

/** The link that a key was made for; null when it is forged or too old. */
export async function linkOfGuestKey(
  ctx: Pick<Ctx, 'db' | 'config' | 'now'>,
  key: string,
): Promise<{ bookingId: BookingId; revoked: boolean } | null> {
  const linkId = verifiedLinkId(ctx, key)
  if (!linkId) return null
  const [link] = await selectLink(ctx.db, { linkId, now: ctx.now })
  return link ? { bookingId: link.bookingId, revoked: link.revokedAt !== null } : null
}

const selectLink = preparedSelect<
  { linkId: string; now: Temporal.Instant },
  { bookingId: BookingId; revokedAt: Temporal.Instant | null }
>((db) =>
  db
    .select({ bookingId: bookingLinks.bookingId, revokedAt: bookingLinks.revokedAt })
    .from(bookingLinks)
    .where(
      and(eq(bookingLinks.id, sql.placeholder('linkId')), gt(bookingLinks.expiresAt, sql.placeholder('now'))),
    ),
)

/** No link of the booking opens it any more. */
export async function revokeGuestLinks(
  tx: Tx,
  { now }: Pick<Ctx, 'now'>,
  bookingId: BookingId,
): Promise<void> {
  await tx
    .update(bookingLinks)
    .set({ revokedAt: now })
    .where(and(eq(bookingLinks.bookingId, bookingId), isNull(bookingLinks.revokedAt)))
}

/** The key of the booking's present link. Null when the booking never had one, as with a customer's. */
export async function findGuestKey(
  db: Queryable,
  ctx: Pick<Ctx, 'config' | 'now'>,
  bookingId: BookingId,
): Promise<string | null> {
  const [link] = await selectPresentLink(db, { bookingId, now: ctx.now })
  return link ? guestKey(ctx, link.id) : null
}

const selectPresentLink = preparedSelect<{ bookingId: BookingId; now: Temporal.Instant }, { id: string }>(
  (db) =>
    db
      .select({ id: bookingLinks.id })
      .from(bookingLinks)
      .where(
        and(
          eq(bookingLinks.bookingId, sql.placeholder('bookingId')),
          isNull(bookingLinks.revokedAt),
          gt(bookingLinks.expiresAt, sql.placeholder('now')),
        ),
      )
      .orderBy(desc(bookingLinks.createdAt))
      .limit(1),
)

function verifiedLinkId({ config }: LinkSigner, key: string): string | null {
  const [idPart, signaturePart, ...rest] = key.split('.')
  if (!idPart || !signaturePart || rest.length > 0) return null
  const id = Buffer.from(idPart, 'base64url')
  const signature = Buffer.from(signaturePart, 'base64url')
  const expected = sign(config.LINK_SECRET, id)
  if (id.length !== 16 || signature.length !== expected.length || !timingSafeEqual(signature, expected))
    return null
  return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function sign(secret: string, id: Buffer): Buffer {
  return createHmac('sha256', secret).update('guest-link\0').update(id).digest()
}
