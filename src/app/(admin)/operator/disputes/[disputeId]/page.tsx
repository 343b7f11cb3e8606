import Link from 'next/link'
import { may } from '#src/kernel/rights.ts'
import { getDispute, type DisputeFile } from '#src/modules/operator/reads.ts'
import { Card } from '#src/ui/card.tsx'
import { Facts } from '#src/ui/facts.tsx'
import { sayMoment, sayMoney } from '#src/ui/format.ts'
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
    <Column>
      <PageHeading title={`Dispute of ${dispute.code}`}>
        {sayMoney(dispute.amount, tag)}, {dispute.reason.replaceAll('_', ' ')}, by the bank of{' '}
        {dispute.customerName ?? 'a guest'}.
      </PageHeading>
      <Card as="section">
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
                : dispute.evidenceDueAt
                  ? `Due by ${moment(dispute.evidenceDueAt)}`
                  : 'Not handed in',
            ],
            [
              'Booking',
              <Link
                key="booking"
                href={`/operator/bookings/${dispute.bookingId}`}
                className="font-medium underline"
              >
                {dispute.code} with {dispute.providerName}
              </Link>,
            ],
            ['At Stripe', <StripeObject key="stripe" id={dispute.stripeDisputeId} />],
          ]}
        />
      </Card>
      <section className="mt-10" aria-labelledby="evidence">
        <h2 id="evidence" className="mb-3 text-xl">
          {mayHandIn ? 'What would be handed in' : 'What we have'}
        </h2>
        <Evidence dispute={dispute} />
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
                reasonHint="In your words; the bank reads it with the rest."
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

function Evidence({ dispute: { evidence } }: { dispute: DisputeFile }) {
  return (
    <Card as="div">
      <Facts
        items={[
          ['Customer', `${evidence.customerName}, ${evidence.customerEmail}`],
          ['Service', evidence.service],
          ['When', evidence.serviceDate],
          ['Policy', evidence.policy],
          ['How it was shown', evidence.policyDisclosure],
        ]}
      />
      <h3 className="mt-6 mb-2 font-semibold">What happened</h3>
      <ol className="flex flex-col gap-1 text-sm">
        {evidence.history.split('\n').map((line) => (
          <li key={line} className="break-words">
            {line}
          </li>
        ))}
      </ol>
    </Card>
  )
}
