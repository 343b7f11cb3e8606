import Link from 'next/link'
import { may } from '#src/kernel/rights.ts'
import { getDispute, type DisputeFile, type DisputeStatus } from '#src/modules/operator/reads.ts'
import { Card } from '#src/ui/card.tsx'
import { Facts } from '#src/ui/facts.tsx'
import { count, sayMoment, sayMoney } from '#src/ui/format.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { ActionButton } from '../../../../action-button.tsx'
import { orNotFound } from '../../../../or-not-found.ts'
import { pageLocale } from '../../../../page-locale.ts'
import { requireOperator } from '../../../require-operator.ts'
import { StripeObject } from '../../../stripe-object.tsx'
import { DisputeBadge } from '../dispute-badge.tsx'

export const metadata = { title: 'Dispute' }

export default async function DisputePage({ params }: { params: Promise<{ disputeId: string }> }) {
  const { disputeId } = await params
  const { ctx } = await requireOperator(`/operator/disputes/${disputeId}`)
  const [dispute, { tag }] = await Promise.all([orNotFound(getDispute(ctx, disputeId)), pageLocale()])
  const moment = (at: string) => `${sayMoment(at, 'UTC', tag)} UTC`
  const mayHandIn = dispute.closedAt === null && dispute.evidenceSubmittedAt === null
  return (
    <Column className="pt-4 sm:pt-6">
      <Breadcrumbs items={[{ href: '/operator/disputes', label: 'Disputes' }, { label: dispute.code }]} />
      <PageHeading title={`Dispute of ${dispute.code}`}>
        {sayMoney(dispute.amount, tag)}, {dispute.reason.replaceAll('_', ' ')}, by the bank of{' '}
        {dispute.customerName ?? 'a guest'}.
      </PageHeading>
      {mayHandIn && dispute.evidenceDueAt && (
        <div className="mb-6">
          <Deadline dueAt={dispute.evidenceDueAt} now={ctx.now.toString()} moment={moment} />
        </div>
      )}
      <Card as="section">
        <h2 className="sr-only">What the bank says</h2>
        <Facts
          items={[
            ['State', <DisputeBadge key="state" status={dispute.status} />],
            ['Amount', sayMoney(dispute.amount, tag)],
            ['Stripe’s fee', sayMoney(dispute.fee, tag)],
            ['Opened', moment(dispute.openedAt)],
            ['Decided', dispute.closedAt ? moment(dispute.closedAt) : 'Not yet'],
            [
              'Evidence',
              dispute.evidenceSubmittedAt
                ? `Handed in on ${moment(dispute.evidenceSubmittedAt)}`
                : dispute.closedAt
                  ? 'None was handed in'
                  : dispute.evidenceDueAt
                    ? `Due by ${moment(dispute.evidenceDueAt)}`
                    : 'Wanted',
            ],
            [
              'Booking',
              <Link key="booking" href={`/operator/bookings/${dispute.bookingId}`} className="link">
                {dispute.code} with {dispute.providerName}
              </Link>,
            ],
            [
              'Money',
              <span key="money">
                {MONEY[dispute.status]}{' '}
                <Link href={`/operator/bookings/${dispute.bookingId}#ledger`} className="link">
                  See the ledger of the booking
                </Link>
              </span>,
            ],
            ['At Stripe', <StripeObject key="stripe" id={dispute.stripeDisputeId} />],
          ]}
        />
      </Card>
      <section className="mt-10" aria-labelledby="evidence">
        <h2 id="evidence" className="mb-3 text-xl">
          {mayHandIn ? 'What would be handed in' : dispute.handedIn ? 'What was handed in' : 'What we have'}
        </h2>
        <Evidence evidence={dispute.handedIn ?? dispute.evidence} />
        {mayHandIn && (
          <div className="mt-6">
            {!may(ctx.actor, 'dispute.answer') ? (
              <Notice tone="neutral" title="Finance and admin operators hand evidence in" />
            ) : (
              <ActionButton
                label="Hand this evidence in"
                look="primary"
                title="Hand it in to the bank?"
                confirmLabel="Hand it in"
                path={`/api/v1/disputes/${dispute.id}/evidence`}
                reason="optional"
                reasonLabel="Why it was not refunded"
                reasonHint="In your words, with what the provider has told you; the bank reads it with the rest."
                reasonLengthMax={2_000}
              >
                <p>
                  The bank takes evidence once: nothing can be added or taken back. It decides within some
                  weeks, and the payout waits until then.
                </p>
              </ActionButton>
            )}
          </div>
        )}
      </section>
    </Column>
  )
}

/** What has become of the amount. */
const MONEY: Readonly<Record<DisputeStatus, string>> = {
  inquiry: 'Nothing has been taken. A refund ends the inquiry.',
  inquiry_closed: 'Nothing was taken.',
  open: 'The bank has taken the amount until it decides.',
  won: 'The amount came back to us; Stripe’s fee did not.',
  lost: 'The amount stays with the customer, and the provider’s part of it was not paid out or is taken back.',
}

const HOUR_MS = 3_600_000
const SOON_HOURS = 72

/** How long there is until the bank decides without us. */
function Deadline({ dueAt, now, moment }: { dueAt: string; now: string; moment: (at: string) => string }) {
  const hours = Math.floor((Date.parse(dueAt) - Date.parse(now)) / HOUR_MS)
  if (hours < 0)
    return (
      <Notice tone="danger" title="The day for evidence has passed">
        It was {moment(dueAt)}. The bank decides without us, unless it still takes it.
      </Notice>
    )
  const left = hours < 48 ? count(hours, 'hour') : count(Math.floor(hours / 24), 'day')
  return (
    <Notice tone={hours < SOON_HOURS ? 'danger' : 'warning'} title={`${left} left to hand evidence in`}>
      The bank waits until {moment(dueAt)}; after that it decides without us.
    </Notice>
  )
}

function Evidence({ evidence }: { evidence: DisputeFile['evidence'] }) {
  return (
    <Card as="div">
      <Facts
        items={[
          ['Customer', [evidence.customerName, evidence.customerEmail].filter(Boolean).join(', ')],
          ['Service', evidence.service],
          ['When', evidence.serviceDate],
          ['Policy', evidence.policy],
          ['How it was shown', evidence.policyDisclosure],
          evidence.refusal === null ? null : ['Why it was not refunded', evidence.refusal],
        ]}
      />
      <h3 className="mt-6 mb-2 font-semibold">What happened</h3>
      <ol className="flex flex-col gap-1 text-sm">
        {evidence.history.split('\n').map((line, index) => (
          <li key={index} className="wrap-anywhere">
            {line}
          </li>
        ))}
      </ol>
    </Card>
  )
}
