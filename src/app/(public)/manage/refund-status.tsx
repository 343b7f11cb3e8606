import Link from 'next/link'
import type { BookingView } from '#src/modules/bookings/reads.ts'
import { Card } from '#src/ui/card.tsx'
import { sayDate, sayMoney } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'

/** Between these many days after it was sent, banks show a refund. */
const BANK_DAYS = { usually: 5, atMost: 10 }
const DAY_MS = 86_400_000

const OVER = new Set(['cancelled', 'declined', 'expired', 'no_show'])

/** Where the money is that goes back: said from the moment it is asked for. */
export function RefundStatus({ view, locale }: { view: BookingView; locale: string }) {
  const { refunds, timeZone, payment, state, code } = view
  if (refunds.length === 0) {
    if (payment.status === 'voided')
      return <Notice tone="info" title="The amount reserved on your card was released" />
    if (payment.status === 'authorized' && OVER.has(state))
      return <Notice tone="info" title="The amount reserved on your card is being released" />
    return null
  }
  return (
    <Card as="section">
      <h2 className="text-lg">Where is my refund?</h2>
      <ul className="mt-3 flex flex-col gap-3">
        {refunds.map((refund) => {
          const amount = sayMoney(refund.amount, locale)
          const latest = new Date(
            Date.parse(refund.settledAt ?? refund.requestedAt) + BANK_DAYS.atMost * DAY_MS,
          ).toISOString()
          return (
            <li key={refund.requestedAt}>
              {refund.status === 'given_otherwise' ? (
                <Notice
                  tone="info"
                  title={`${amount} was given back on ${sayDate(refund.settledAt ?? refund.requestedAt, timeZone, locale)}`}
                >
                  Your card would not take it, so it went another way, as we have told you.
                </Notice>
              ) : refund.status === 'waiting' ? (
                <Notice tone="info" title={`${amount} waits for your bank`}>
                  You have disputed this payment, and your bank has the money until it has decided. What it
                  does not give you itself, we send back to your card then.
                </Notice>
              ) : refund.status === 'failed' ? (
                <Notice tone="warning" title={`${amount} could not be sent back to your card`}>
                  Nothing is lost. Our team has been told and gets in touch with you.
                </Notice>
              ) : (
                <Notice
                  tone="info"
                  title={
                    refund.status === 'sent'
                      ? `${amount} was sent back to your card on ${sayDate(refund.settledAt ?? refund.requestedAt, timeZone, locale)}`
                      : `${amount} on its way back to your card`
                  }
                >
                  Banks usually show it within {BANK_DAYS.usually} to {BANK_DAYS.atMost} days, by{' '}
                  {sayDate(latest, timeZone, locale)}. If it is not there by then,{' '}
                  <Link className="link" href="/terms#contact">
                    write to us
                  </Link>{' '}
                  with the code <span className="tabular">{code}</span>.
                </Notice>
              )}
            </li>
          )
        })}
      </ul>
    </Card>
  )
}
