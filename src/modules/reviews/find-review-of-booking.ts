import { eq } from 'drizzle-orm'
import type { BookingId } from '#src/kernel/ids.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { reviews } from './tables.ts'

/** The review of a booking, for whoever may see the booking; also one that a moderator has hidden. */
export interface ReviewOfBooking {
  readonly authorName: string
  readonly rating: number
  readonly body: string
  readonly reply: string | null
  readonly hidden: boolean
  readonly createdAt: string
}

export async function findReviewOfBooking(
  db: Queryable,
  bookingId: BookingId,
): Promise<ReviewOfBooking | null> {
  const [review] = await db.select().from(reviews).where(eq(reviews.bookingId, bookingId))
  if (!review) return null
  const { authorName, rating, body, reply, status, createdAt } = review
  return { authorName, rating, body, reply, hidden: status === 'hidden', createdAt: createdAt.toString() }
}
