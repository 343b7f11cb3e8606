import type { BookingListItem } from '#src/modules/bookings/reads.ts'
import { sayMoment, sayMoney } from '#src/ui/format.ts'
import { ActionButton } from './action-button.tsx'

export interface BookingActionsProps {
  booking: BookingListItem
  as: 'provider' | 'operator'
  locale: string
}

const CHARGED = new Set(['captured', 'partially_refunded'])

/** What the people on the other side of a booking can do with it now; each button names the money and who is told before it acts. */
export function BookingActions({ booking, as, locale }: BookingActionsProps) {
  const { actions, customer, figures, earnings, timeZone } = booking
  const path = `/api/v1/bookings/${booking.id}` as const
  const of = `booking ${booking.code}`
  const who = customer?.name ?? 'The customer'
  const net = earnings ? sayMoney(earnings.net, locale) : ''
  const total = sayMoney(figures.total, locale)
  // What a guest or customer has paid and not been given back.
  const leftMinor = figures.total.amountMinor - booking.payment.refunded.amountMinor
  const left = sayMoney({ ...figures.total, amountMinor: leftMinor }, locale)
  const everything = booking.cancelRefund?.amountMinor === leftMinor
  const provider = as === 'provider' ? 'you' : booking.provider.name
  const reason = as === 'operator' ? 'required' : 'optional'
  const charged = CHARGED.has(booking.payment.status)
  return (
    <>
      {actions.accept && (
        <ActionButton
          label="Accept"
          of={of}
          look="primary"
          title="Accept this request?"
          confirmLabel={`Accept and charge ${total}`}
          keepLabel="Not yet"
          path={`${path}/acceptance`}
        >
          <p>
            {who} is charged <strong>{total}</strong> now and gets a confirmation by mail.
          </p>
          <p>
            {as === 'provider' ? 'You receive' : `${provider} receives`} <strong>{net}</strong> after the
            service.
          </p>
        </ActionButton>
      )}
      {actions.decline && (
        <ActionButton
          label="Decline"
          of={of}
          title="Decline this request?"
          confirmLabel="Decline the request"
          confirmLook="danger"
          keepLabel="Keep it open"
          path={`${path}/declination`}
          reason={reason}
          reasonHint={`${who} reads it in the mail.`}
        >
          <p>
            {who} is told at once. The <strong>{total}</strong> reserved on the card are released; nothing is
            charged.
          </p>
        </ActionButton>
      )}
      {actions.complete && (
        <ActionButton
          label="Mark completed"
          of={of}
          look="primary"
          title="The service has been given?"
          confirmLabel="Mark completed"
          keepLabel="Not yet"
          path={`${path}/completion`}
        >
          <p>
            The <strong>{net}</strong> for {provider} stay held until the end of the escrow period and are
            then paid out. A booking also completes by itself at its end,{' '}
            {sayMoment(booking.endsAt, timeZone, locale)}.
          </p>
        </ActionButton>
      )}
      {actions.reportNoShow && (
        <ActionButton
          label={as === 'provider' ? 'Report a no-show' : 'Customer did not come'}
          of={of}
          title={`${who} did not come?`}
          confirmLabel="Report the no-show"
          confirmLook="danger"
          path={`${path}/no-show`}
          body={{ absent: 'customer' }}
          reason={reason}
          reasonHint="How long you waited, whether you called."
        >
          <p>
            The time was kept free, so nothing goes back: {who} has paid <strong>{left}</strong>, {provider}{' '}
            {as === 'provider' ? 'receive' : 'receives'} <strong>{net}</strong>. Both are told by mail.
          </p>
        </ActionButton>
      )}
      {actions.reportAbsentProvider && as === 'operator' && (
        <ActionButton
          label="Provider did not come"
          of={of}
          title={`${booking.provider.name} did not come?`}
          confirmLabel={`Report it and refund ${left}`}
          confirmLook="danger"
          path={`${path}/no-show`}
          body={{ absent: 'provider' }}
          reason="required"
        >
          <p>
            {who} gets everything back, <strong>{left}</strong>, the guest booking fee included.{' '}
            {booking.provider.name} receives nothing. Both are told by mail.
          </p>
        </ActionButton>
      )}
      {actions.cancel && booking.cancelRefund && (
        <ActionButton
          label="Cancel the booking"
          of={of}
          title="Cancel this booking?"
          confirmLabel={
            charged ? `Cancel and refund ${sayMoney(booking.cancelRefund, locale)}` : 'Cancel the booking'
          }
          confirmLook="danger"
          keepLabel="Keep the booking"
          busyLabel="Cancelling…"
          path={`${path}/cancellation`}
          body={{ expectedRefund: booking.cancelRefund }}
          reason="required"
          reasonHint={`${who} and ${as === 'provider' ? 'our operators' : booking.provider.name} read it.`}
        >
          {charged ? (
            <p>
              {who} gets <strong>{sayMoney(booking.cancelRefund, locale)}</strong> back:{' '}
              {everything
                ? `everything that is left, whatever the cancellation policy. ${as === 'provider' ? 'You receive' : `${provider} receives`} nothing.`
                : `what the cancellation policy says. Finance and admin operators can give back more.`}
            </p>
          ) : (
            <p>Nothing has been charged. What is reserved on the card is released.</p>
          )}
          <p>The time becomes free again and both sides are told by mail.</p>
        </ActionButton>
      )}
    </>
  )
}
