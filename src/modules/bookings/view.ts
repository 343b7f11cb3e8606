import { moneyToJson, money, type MoneyJson } from '#src/kernel/money.ts'
import type { BookingMode, CancellationPolicy, LocationKind } from '#src/kernel/service-terms.ts'
import { isoText } from '#src/kernel/time.ts'
import type { Booking, BookedExtra } from './tables.ts'
import { datedPolicy } from './domain/cancellation.ts'
import type { BookingState } from './domain/lifecycle.ts'

/** A booking as the API answers it. Instants are ISO strings; amounts are those frozen when it was made. */
export interface BookingJson {
  id: string
  code: string
  state: BookingState
  startsAt: string
  endsAt: string
  timeZone: string
  /** Wall time in timeZone, as promised. */
  localStart: string
  provider: { id: string; slug: string; name: string }
  service: { id: string; name: string; durationMinutes: number; locationKind: LocationKind }
  bookingMode: BookingMode
  isGuest: boolean
  figures: {
    base: MoneyJson
    guestFee: MoneyJson
    total: MoneyJson
    extras: { name: string; price: MoneyJson }[]
  }
  policy: { name: CancellationPolicy; steps: { until: string; refundPercent: number }[] }
  holdExpiresAt: string | null
  answerDueAt: string | null
  payment: { status: string; refunded: MoneyJson }
  noShowParty: 'customer' | 'provider' | null
  endReason: string | null
}

type ViewedColumns = Pick<
  Booking,
  | 'id'
  | 'code'
  | 'state'
  | 'startsAt'
  | 'endsAt'
  | 'timeZone'
  | 'localStart'
  | 'serviceId'
  | 'serviceName'
  | 'durationMinutes'
  | 'locationKind'
  | 'bookingMode'
  | 'isGuest'
  | 'currency'
  | 'baseMinor'
  | 'surchargeMinor'
  | 'totalMinor'
  | 'extras'
  | 'cancellationPolicy'
  | 'refundPercentMax'
  | 'holdExpiresAt'
  | 'answerDueAt'
  | 'noShowParty'
  | 'endReason'
>

export interface ViewedBeside {
  readonly provider: { readonly id: string; readonly slug: string; readonly name: string }
  readonly payment: { readonly status: string; readonly refundedMinor: bigint } | null
}

export function bookingJson(booking: ViewedColumns, beside: ViewedBeside): BookingJson {
  const amount = (minor: bigint) => moneyToJson(money(minor, booking.currency))
  return {
    id: booking.id,
    code: booking.code,
    state: booking.state,
    startsAt: isoText(booking.startsAt),
    endsAt: isoText(booking.endsAt),
    timeZone: booking.timeZone,
    localStart: booking.localStart.toString(),
    provider: { id: beside.provider.id, slug: beside.provider.slug, name: beside.provider.name },
    service: {
      id: booking.serviceId,
      name: booking.serviceName,
      durationMinutes: booking.durationMinutes,
      locationKind: booking.locationKind,
    },
    bookingMode: booking.bookingMode,
    isGuest: booking.isGuest,
    figures: {
      base: amount(booking.baseMinor),
      guestFee: amount(booking.surchargeMinor),
      total: amount(booking.totalMinor),
      extras: booking.extras.map((extra: BookedExtra) => ({
        name: extra.name,
        price: amount(BigInt(extra.priceMinor)),
      })),
    },
    policy: {
      name: booking.cancellationPolicy,
      steps: datedPolicy(booking.cancellationPolicy, booking.startsAt, booking.refundPercentMax).map(
        (step) => ({
          until: isoText(step.until),
          refundPercent: step.refundPercent,
        }),
      ),
    },
    holdExpiresAt: booking.state === 'held' ? isoText(booking.holdExpiresAt) : null,
    answerDueAt:
      booking.state === 'awaiting_provider' ? booking.answerDueAt && isoText(booking.answerDueAt) : null,
    payment: {
      status: beside.payment?.status ?? 'unpaid',
      refunded: amount(beside.payment?.refundedMinor ?? 0n),
    },
    noShowParty: booking.noShowParty,
    endReason: booking.endReason,
  }
}
