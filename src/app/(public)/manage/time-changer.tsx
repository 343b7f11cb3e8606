'use client'

import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import { newIdempotencyKey, post, type Problem } from '#src/http/client.ts'
import { ButtonLink } from '#src/ui/button.tsx'
import { ConfirmDialog } from '#src/ui/confirm-dialog.tsx'
import { sayLongDay, sayMoment, sayTime } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'
import { refundSentence, type RefundStep } from '#src/ui/policy-sentence.ts'
import { SLOT_CLASSES } from '#src/ui/slot-chip.tsx'
import { SlotPicker, type PickerSlot, type SlotPickerProps } from '#src/ui/slot-picker.tsx'

export interface TimeChangerProps {
  bookingId: string
  guestKey: string | null
  backHref: string
  now: string
  /** When the booking is now. */
  startsAt: string
  /** False while the card is only reserved: then a cancellation gives nothing back, because nothing was taken. */
  charged: boolean
  refunds: { asBooked: readonly RefundStep[]; afterMove: readonly RefundStep[] } | null
  picker: Omit<SlotPickerProps, 'onPick' | 'busy' | 'chosen'>
}

/** Moves a booking: choose, confirm, done. The old time is given up only once the new one is taken. */
export function TimeChanger(props: TimeChangerProps) {
  const { bookingId, guestKey, backHref, picker } = props
  const router = useRouter()
  const [wanted, setWanted] = useState<PickerSlot | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const attempt = useRef<{ startsAt: string; key: string } | null>(null)
  const { timeZone, locale } = picker
  const alternatives = (problem?.facts['alternatives'] ?? []) as readonly PickerSlot[]

  async function move(slot: PickerSlot) {
    if (attempt.current?.startsAt !== slot.startsAt)
      attempt.current = { startsAt: slot.startsAt, key: newIdempotencyKey() }
    setBusy(true)
    const answer = await post(
      `/api/v1/bookings/${bookingId}/rescheduling`,
      { startsAt: slot.startsAt },
      { guestKey, idempotencyKey: attempt.current.key },
    )
    setBusy(false)
    setWanted(null)
    if (answer.ok) {
      router.replace(backHref)
      router.refresh()
      return
    }
    if (answer.problem.code !== 'offline') attempt.current = null
    setProblem(answer.problem)
    if (answer.problem.status === 409) router.refresh()
  }

  return (
    <div className="flex flex-col gap-5">
      {problem && (
        <Notice tone="warning" title={problem.detail} live>
          {alternatives.length > 0 && (
            <ul aria-label="Free nearby" className="mt-2 flex flex-wrap gap-2">
              {alternatives.map((slot) => (
                <li key={slot.startsAt}>
                  <button type="button" onClick={() => setWanted(slot)} className={SLOT_CLASSES}>
                    <span className="font-semibold">{sayMoment(slot.startsAt, timeZone, locale)}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </Notice>
      )}
      <SlotPicker {...picker} onPick={setWanted} />
      <div>
        <ButtonLink href={backHref} look="quiet" scroll={false}>
          Keep the time as it is
        </ButtonLink>
      </div>
      <ConfirmDialog
        open={wanted !== null}
        title="Move the booking?"
        confirmLabel="Move it"
        confirmLook="primary"
        keepLabel="Not now"
        busy={busy ? 'Moving…' : null}
        onConfirm={() => wanted && void move(wanted)}
        onClose={() => setWanted(null)}
      >
        {wanted && (
          <>
            <p>
              The new time is{' '}
              <strong>
                {sayLongDay(wanted.startsAt, timeZone, locale)}, {sayTime(wanted.startsAt, timeZone, locale)}
              </strong>
              . We tell the provider at once.
            </p>
            {props.charged && props.refunds && <IfCancelledLater {...props} wanted={wanted} />}
          </>
        )}
      </ConfirmDialog>
    </div>
  )
}

/** Moving keeps the price and may cost the refund: both are said in amounts before it is done. */
function IfCancelledLater({
  refunds,
  now,
  startsAt,
  wanted,
  picker,
}: TimeChangerProps & { wanted: PickerSlot }) {
  const { timeZone, locale } = picker
  if (!refunds) return null
  const say = (steps: readonly RefundStep[], start: string) =>
    refundSentence(steps, start, now, timeZone, locale)
  const less = backNow(refunds.afterMove, wanted.startsAt, now) < backNow(refunds.asBooked, startsAt, now)
  return (
    <Notice
      tone={less ? 'warning' : 'info'}
      title={less ? 'Cancelling afterwards gives back less' : 'If you cancel it later'}
    >
      <dl className="mt-1 flex flex-col gap-1">
        <div>
          <dt className="inline font-medium">As it is: </dt>
          <dd className="inline">{say(refunds.asBooked, startsAt)}</dd>
        </div>
        <div>
          <dt className="inline font-medium">After the move: </dt>
          <dd className="inline">{say(refunds.afterMove, wanted.startsAt)}</dd>
        </div>
      </dl>
    </Notice>
  )
}

const HOUR_MS = 3_600_000

/** What cancelling at this moment would give back, were the start there. */
function backNow(steps: readonly RefundStep[], startsAt: string, now: string): number {
  const hoursLeft = (Date.parse(startsAt) - Date.parse(now)) / HOUR_MS
  return steps.find(({ hoursBefore }) => hoursLeft >= hoursBefore)?.refund.amountMinor ?? 0
}
