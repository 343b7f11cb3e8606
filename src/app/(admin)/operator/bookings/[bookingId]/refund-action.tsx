'use client'

import { useState } from 'react'
import { fromDecimalString, toDecimalString, money, isCurrency, type MoneyJson } from '#src/kernel/money.ts'
import { Field } from '#src/ui/field.tsx'
import { sayMoney } from '#src/ui/format.ts'
import { ActionButton } from '../../../../action-button.tsx'

/** Gives back a part of what is left, or all of it. */
export function RefundAction({
  bookingId,
  left,
  provider,
  locale,
}: {
  bookingId: string
  left: MoneyJson
  provider: string
  locale: string
}) {
  const [amount, setAmount] = useState(() => decimal(left))
  const chosen = isCurrency(left.currency) ? fromDecimalString(amount, left.currency) : null
  const sent = chosen && { amountMinor: Number(chosen.amountMinor), currency: chosen.currency }
  const wrong =
    !sent || sent.amountMinor <= 0 || sent.amountMinor > left.amountMinor
      ? `Give an amount up to ${sayMoney(left, locale)}.`
      : null
  return (
    <ActionButton
      label="Refund with a reason"
      title="Refund the customer?"
      confirmLabel={sent && !wrong ? `Refund ${sayMoney(sent, locale)}` : 'Refund'}
      confirmLook="danger"
      path={`/api/v1/bookings/${bookingId}/refunds`}
      body={{ amount: sent ?? { amountMinor: 0, currency: left.currency } }}
      reason="required"
      reasonHint="The customer and the provider read it."
    >
      <p>
        It goes back to the card that paid, price and guest booking fee in proportion. {provider} keeps their
        part of what is left; what they have been paid beyond that is taken back or kept from their next
        payouts. Both are told.
      </p>
      <Field
        name="amount"
        label={`Amount in ${left.currency}`}
        hint={`${sayMoney(left, locale)} are left to refund.`}
        inputMode="decimal"
        autoComplete="off"
        value={amount}
        onChange={(event) => setAmount(event.target.value)}
        error={wrong}
      />
    </ActionButton>
  )
}

function decimal({ amountMinor, currency }: MoneyJson): string {
  return isCurrency(currency) ? toDecimalString(money(amountMinor, currency)) : ''
}
