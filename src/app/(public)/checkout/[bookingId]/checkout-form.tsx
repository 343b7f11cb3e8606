'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useMemo, useRef, useState, type FormEvent } from 'react'
import type { MoneyJson } from '#src/kernel/money.ts'
import { newIdempotencyKey, post, type Problem } from '#src/http/client.ts'
import { Button } from '#src/ui/button.tsx'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { Field } from '#src/ui/field.tsx'
import { sayMoney, sayTime } from '#src/ui/format.ts'
import { ShieldIcon } from '#src/ui/icons.tsx'
import { fieldErrors, inPlainWords, missingOf, summaryErrors } from '../../field-problems.ts'

export interface CheckoutFormProps {
  bookingId: string
  guestKey: string | null
  /** Null for somebody with an account, who has nothing to fill in. */
  guest: { name: string; email: string; phone: string } | null
  total: MoneyJson
  /** What it costs with an account. */
  memberTotal: MoneyJson
  request: boolean
  signInHref: string | null
  locale: string
}

/** Who it is for, and the way to the payment page. Pressing twice, or again after a lost answer, starts one payment. */
export function CheckoutForm(props: CheckoutFormProps) {
  const { bookingId, guestKey, guest, total, request, signInHref, memberTotal, locale } = props
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const form = useRef<HTMLFormElement>(null)
  const attempt = useRef<{ body: string; key: string } | null>(null)
  const errors = fieldErrors(problem)
  const summary = useMemo(() => summaryErrors(problem, ['name', 'email', 'phone']), [problem])

  // Coming back from the payment page by the back button restores the page as it was left: busy.
  useEffect(() => {
    const onShow = (event: PageTransitionEvent) => {
      if (!event.persisted) return
      setBusy(false)
      router.refresh()
    }
    addEventListener('pageshow', onShow)
    return () => removeEventListener('pageshow', onShow)
  }, [router])

  // A hold that ran out takes its booking with it, not what was typed for it.
  useEffect(() => {
    if (form.current && guest) restoreTyped(form.current)
  }, [guest])

  async function pay(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const body = bodyOf(event.currentTarget, guest !== null)
    const missing = body.guest ? missingOf(body.guest) : null
    setProblem(missing)
    if (missing) return
    const text = JSON.stringify(body)
    if (attempt.current?.body !== text) attempt.current = { body: text, key: newIdempotencyKey() }
    setBusy(true)
    const answer = await post<{ paymentUrl: string }>(`/api/v1/bookings/${bookingId}/checkout`, body, {
      guestKey,
      idempotencyKey: attempt.current.key,
    })
    if (answer.ok) return location.assign(answer.body.paymentUrl)
    if (answer.problem.code !== 'offline') attempt.current = null
    setBusy(false)
    setProblem(inPlainWords(withHold(answer.problem, locale)))
    if (answer.problem.code === 'booking.hold_expired' || answer.problem.code === 'booking.wrong_state')
      router.refresh()
  }

  return (
    <form
      ref={form}
      onSubmit={(event) => void pay(event)}
      onChange={(event) => guest && keepTyped(event.currentTarget)}
      noValidate
      className="flex flex-col gap-5"
    >
      <ErrorSummary
        errors={summary}
        reference={problem && problem.status >= 500 ? problem.requestId : null}
      />
      {guest && (
        <>
          <div>
            <h2 className="text-xl">Continue as guest</h2>
            <p className="mt-1 text-ink-soft">
              No account needed. We mail you the confirmation and a link to change or cancel.
              {signInHref && (
                <>
                  {' '}
                  Or{' '}
                  <Link href={signInHref} className="link">
                    sign in and pay {sayMoney(memberTotal, locale)}
                  </Link>
                  .
                </>
              )}
            </p>
          </div>
          <Field
            name="name"
            label="Name"
            autoComplete="name"
            defaultValue={guest.name}
            error={errors['name']}
            maxLength={120}
          />
          <Field
            name="email"
            label="Email"
            type="email"
            inputMode="email"
            autoComplete="email"
            defaultValue={guest.email}
            error={errors['email']}
            maxLength={254}
          />
          <Field
            name="phone"
            label="Phone"
            hint="Only so that the provider can reach you on the day."
            type="tel"
            inputMode="tel"
            autoComplete="tel"
            optional
            defaultValue={guest.phone}
            error={errors['phone']}
            maxLength={32}
          />
        </>
      )}
      <Button type="submit" wide busy={busy && 'Opening the payment page…'}>
        {request ? `Reserve ${sayMoney(total, locale)} on your card` : `Pay ${sayMoney(total, locale)}`}
      </Button>
      {/* What a bank is told of in a dispute: operator/disputes.ts names these words. */}
      <p className="text-sm text-ink-soft">
        By paying you accept the cancellation policy and our{' '}
        <Link className="link" href="/terms">
          terms
        </Link>
        .
      </p>
      <p className="flex items-start gap-2 text-sm text-ink-soft">
        <ShieldIcon className="mt-0.5" />
        {request
          ? 'Your card is charged only if the provider accepts within 24 hours. If not, the amount is released.'
          : 'You pay on the page of our payment company. We never see your card number.'}
      </p>
    </form>
  )
}

/** What matters to somebody who cannot pay just now: for how long they need not hurry. By their own clock. */
function withHold(problem: Problem, locale: string): Problem {
  const { heldUntil } = problem.facts
  if (problem.code !== 'payment.unavailable' || typeof heldUntil !== 'string') return problem
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  return {
    ...problem,
    detail: `${problem.detail} Your time is kept until ${sayTime(heldUntil, timeZone, locale)}.`,
  }
}

const TYPED = 'ecosystem.guest'
const TYPED_FIELDS = ['name', 'email', 'phone'] as const

function keepTyped(form: HTMLFormElement) {
  const data = new FormData(form)
  try {
    sessionStorage.setItem(TYPED, JSON.stringify(TYPED_FIELDS.map((name) => data.get(name))))
  } catch {
    // storage is switched off: then it is typed again
  }
}

function restoreTyped(form: HTMLFormElement) {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(TYPED) ?? '[]')
    TYPED_FIELDS.forEach((name, index) => {
      const input = form.elements.namedItem(name)
      const text: unknown = Array.isArray(kept) ? kept[index] : null
      if (input instanceof HTMLInputElement && input.value === '' && typeof text === 'string')
        input.value = text
    })
  } catch {
    // storage is switched off, or holds what somebody else put there
  }
}

function bodyOf(
  form: HTMLFormElement,
  asGuest: boolean,
): { guest?: { name: string; email: string; phone?: string } } {
  if (!asGuest) return {}
  const data = new FormData(form)
  const text = (name: string) => {
    const value = data.get(name)
    return typeof value === 'string' ? value.trim() : ''
  }
  const phone = text('phone')
  return { guest: { name: text('name'), email: text('email'), ...(phone ? { phone } : {}) } }
}
