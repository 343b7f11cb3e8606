import type { Answer, SendOptions } from '#src/http/client.ts'

/** What the demo bar needs of the booking that time is moved around. */
export interface DemoBooking {
  readonly code: string
  readonly service: string
  readonly startsAt: string
  readonly endsAt: string
  readonly timeZone: string
  readonly payoutDueAt: string | null
}

interface BookingBody {
  code: string
  startsAt: string
  endsAt: string
  timeZone: string
  service: { name: string }
  earnings?: { payout: { dueAt: string } | null } | null
}

type Get = <T>(path: `/api/v1/${string}`, options?: SendOptions) => Promise<Answer<T>>

const BOOKING_PATH = /^\/(?:.*\/)?(?:bookings|checkout)\/([0-9a-f]{8}-[0-9a-f-]{27})(?:\/|$)/
const MANAGE_PATH = /^\/manage\/([\w-]+\.[\w-]+)/

/** Which booking a page is about, from its address: by id, or by a guest's key. */
export function bookingInPath(path: string): { id: string } | { guestKey: string } | null {
  const id = BOOKING_PATH.exec(path)?.[1]
  if (id) return { id }
  const guestKey = MANAGE_PATH.exec(path)?.[1]
  return guestKey ? { guestKey } : null
}

export interface LookedAt {
  readonly path: string
  /** A guest's key in the address. */
  readonly key: string | null
  readonly signedIn: boolean
}

/** The booking being looked at, or else the next one of whoever is signed in; null when there is none to be seen. */
export async function findDemoBooking(
  { path, key, signedIn }: LookedAt,
  get: Get,
): Promise<DemoBooking | null> {
  const named = bookingInPath(path)
  if (named && 'id' in named && (key || signedIn)) {
    const answer = await get<BookingBody>(`/api/v1/bookings/${named.id}`, { guestKey: key })
    if (answer.ok) return toDemoBooking(answer.body)
  }
  if (named && 'guestKey' in named) {
    const answer = await get<{ items: BookingBody[] }>('/api/v1/bookings?limit=1', {
      guestKey: named.guestKey,
    })
    return answer.ok && answer.body.items[0] ? toDemoBooking(answer.body.items[0]) : null
  }
  if (!signedIn) return null
  const as = path.startsWith('/operator')
    ? 'operator'
    : path.startsWith('/provider/')
      ? 'provider'
      : 'customer'
  const next = await get<{ items: BookingBody[] }>(
    `/api/v1/bookings?as=${as}&state=confirmed&order=soonest&limit=1`,
  )
  return next.ok && next.body.items[0] ? toDemoBooking(next.body.items[0]) : null
}

function toDemoBooking(body: BookingBody): DemoBooking {
  const { code, startsAt, endsAt, timeZone, service, earnings } = body
  return {
    code,
    startsAt,
    endsAt,
    timeZone,
    service: service.name,
    payoutDueAt: earnings?.payout?.dueAt ?? null,
  }
}
