'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState, type ChangeEvent } from 'react'
import type { MoneyJson } from '#src/kernel/money.ts'
import { newIdempotencyKey, post, type Problem } from '#src/http/client.ts'
import { Button, ButtonLink } from '#src/ui/button.tsx'
import { Card } from '#src/ui/card.tsx'
import { Checkbox } from '#src/ui/field.tsx'
import { sayDuration, sayLongDay, sayMoment, sayMoney, sayTime } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'
import { PriceBox, type PriceBoxProps } from '#src/ui/price-box.tsx'
import { SlotPicker, type PickerSlot, type SlotPickerProps } from '#src/ui/slot-picker.tsx'
import { SLOT_CLASSES } from '#src/ui/slot-chip.tsx'
import { localPath } from '../../../quick-book.tsx'

export interface BookingPickerProps {
  serviceId: string
  extras: readonly { id: string; name: string; price: MoneyJson; extraMinutes: number }[]
  extraIds: readonly string[]
  total: MoneyJson
  lines: PriceBoxProps['lines']
  guestFee: PriceBoxProps['guestFee']
  policy: string
  /** The provider answers first; the card is only charged then. */
  request: boolean
  /** The time that the link leading here named. */
  chosen: string | null
  /** What the reader is holding of this service already. */
  held: { startsAt: string; until: string; href: string } | null
  picker: Omit<SlotPickerProps, 'onPick' | 'busy' | 'chosen'>
}

/** Since this tab was opened. Coming back from paying, the router shows the page as it was before there was a hold. */
let hasHeld = false

/** Choosing a time holds it and leads to paying. When it is gone meanwhile, the page stays and offers what is near. */
export function BookingPicker(props: BookingPickerProps) {
  const { serviceId, extraIds, total, chosen, held, picker } = props
  const router = useRouter()
  const [busy, setBusy] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const attempt = useRef<{ startsAt: string; key: string } | null>(null)
  const news = useRef<HTMLDivElement>(null)
  const { locale } = picker
  const chosenSlot =
    picker.slots.find(({ startsAt }) => Date.parse(startsAt) === Date.parse(chosen ?? '')) ?? null

  useEffect(() => {
    if (problem) news.current?.focus()
  }, [problem])

  useEffect(() => {
    if (hasHeld) router.refresh()
  }, [router])

  async function hold(slot: Pick<PickerSlot, 'startsAt'>) {
    if (busy) return
    // No answer to the first try leaves open whether the time is held: the same key asks for the same hold.
    if (attempt.current?.startsAt !== slot.startsAt)
      attempt.current = { startsAt: slot.startsAt, key: newIdempotencyKey() }
    setBusy(slot.startsAt)
    setProblem(null)
    const body = { serviceId, startsAt: slot.startsAt, extraIds, expectedTotal: total }
    const answer = await post<{ checkoutUrl: string }>('/api/v1/bookings', body, {
      idempotencyKey: attempt.current.key,
    })
    if (answer.ok) {
      hasHeld = true
      return router.push(localPath(answer.body.checkoutUrl))
    }
    if (answer.problem.code !== 'offline') attempt.current = null
    setBusy(null)
    setProblem(answer.problem)
    // What is shown as free, or as the price, is not so any more.
    if (answer.problem.status === 409) router.refresh()
  }

  function onExtras(event: ChangeEvent<HTMLInputElement>) {
    const { form } = event.currentTarget
    if (form) router.replace(`?${new URLSearchParams(formEntries(form))}`, { scroll: false })
  }

  return (
    <div className="mt-8 grid items-start gap-x-14 gap-y-8 lg:grid-cols-[1fr_20rem]">
      <div className="flex min-w-0 flex-col gap-6">
        <div ref={news} tabIndex={-1} className="empty:hidden">
          {problem && <HoldProblem problem={problem} picker={picker} onPick={(slot) => void hold(slot)} />}
          {!problem && chosen && !isSame(chosen, held?.startsAt) && (
            <Chosen
              chosen={chosen}
              slot={chosenSlot}
              busy={busy !== null}
              picker={picker}
              onPick={(slot) => void hold(slot)}
            />
          )}
        </div>
        {held && <Held held={held} timeZone={picker.timeZone} locale={locale} />}
        {props.extras.length > 0 && (
          <form method="get">
            <input type="hidden" name="service" value={serviceId} />
            <input type="hidden" name="month" value={picker.month} />
            <fieldset>
              <legend className="text-lg font-semibold">Extras</legend>
              {props.extras.map((extra) => (
                <Checkbox
                  key={extra.id}
                  name="extra"
                  value={extra.id}
                  defaultChecked={extraIds.includes(extra.id)}
                  onChange={onExtras}
                  label={
                    extra.extraMinutes > 0
                      ? `${extra.name}, ${sayDuration(extra.extraMinutes)} longer`
                      : extra.name
                  }
                  aside={`+ ${sayMoney(extra.price, locale)}`}
                />
              ))}
            </fieldset>
            <noscript>
              <Button type="submit" look="secondary" size="small">
                Update times and price
              </Button>
            </noscript>
          </form>
        )}
        <Card as="section">
          <h2 className="sr-only">Day and time</h2>
          <SlotPicker
            {...picker}
            chosen={chosenSlot?.startsAt ?? null}
            busy={busy}
            onPick={(slot) => void hold(slot)}
          />
        </Card>
        <noscript>
          <Notice tone="info" title="One thing needs JavaScript">
            Holding a time for you does. Everything up to here works without it.
          </Notice>
        </noscript>
      </div>
      <Card as="aside" className="lg:sticky lg:top-6">
        <h2 className="mb-4 text-lg">Price</h2>
        <PriceBox lines={props.lines} guestFee={props.guestFee} total={total} locale={locale} />
        <p className="mt-4 text-sm text-ink-soft">{props.policy}</p>
        <p className="mt-2 text-sm text-ink-soft">
          {props.request
            ? 'The provider answers within 24 hours. Your card is charged only if they accept.'
            : 'Confirmed as soon as you have paid.'}
        </p>
      </Card>
    </div>
  )
}

const isSame = (one: string, other: string | undefined) =>
  other !== undefined && Date.parse(one) === Date.parse(other)

function Held(props: { held: NonNullable<BookingPickerProps['held']>; timeZone: string; locale: string }) {
  const { held, timeZone, locale } = props
  return (
    <Card className="flex flex-wrap items-center justify-between gap-4">
      <p>
        <span className="block text-sm text-ink-soft">You are holding</span>
        <span className="text-lg font-semibold">
          {sayLongDay(held.startsAt, timeZone, locale)}, {sayTime(held.startsAt, timeZone, locale)}
        </span>
      </p>
      <ButtonLink href={held.href} prefetch={false}>
        Continue your booking, held until {sayTime(held.until, timeZone, locale)}
      </ButtonLink>
    </Card>
  )
}

function formEntries(form: HTMLFormElement): [string, string][] {
  return [...new FormData(form)].flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  )
}

function Chosen(props: {
  chosen: string
  slot: PickerSlot | null
  busy: boolean
  picker: BookingPickerProps['picker']
  onPick: (slot: PickerSlot) => void
}) {
  const { chosen, slot, busy, picker, onPick } = props
  const { timeZone, locale } = picker
  if (!slot) {
    return (
      <Notice tone="warning" title={`${sayMoment(chosen, timeZone, locale)} is not free any more`}>
        Choose another time below.
      </Notice>
    )
  }
  return (
    <Card className="flex flex-wrap items-center justify-between gap-4">
      <p>
        <span className="block text-sm text-ink-soft">You chose</span>
        <span className="text-lg font-semibold">
          {sayLongDay(slot.startsAt, timeZone, locale)}, {sayTime(slot.startsAt, timeZone, locale)}
        </span>
      </p>
      <Button onClick={() => onPick(slot)} busy={busy ? 'Holding your time…' : null}>
        Continue with this time
      </Button>
    </Card>
  )
}

function HoldProblem(props: {
  problem: Problem
  picker: BookingPickerProps['picker']
  onPick: (slot: PickerSlot) => void
}) {
  const { problem, picker, onPick } = props
  const alternatives = (problem.facts['alternatives'] ?? []) as readonly PickerSlot[]
  return (
    <Notice tone={problem.status === 409 ? 'warning' : 'danger'} title={problem.detail} live>
      {problem.code === 'booking.price_changed' && (
        <p>The new price is shown now. Choose your time again to take it.</p>
      )}
      {alternatives.length > 0 && (
        <>
          <p className="mt-1">Free nearby:</p>
          <ul className="mt-2 flex flex-wrap gap-2">
            {alternatives.map((slot) => (
              <li key={slot.startsAt}>
                <button type="button" onClick={() => onPick(slot)} className={SLOT_CLASSES}>
                  <span className="font-semibold">
                    {sayMoment(slot.startsAt, picker.timeZone, picker.locale)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {problem.requestId && problem.status >= 500 && (
        <p className="mt-1 text-sm">If you write to support, mention {problem.requestId}.</p>
      )}
    </Notice>
  )
}
