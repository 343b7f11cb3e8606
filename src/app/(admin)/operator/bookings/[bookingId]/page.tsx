import Link from 'next/link'
import { notFound } from 'next/navigation'
import { isId, type BookingId } from '#src/kernel/ids.ts'
import { moneyToJson } from '#src/kernel/money.ts'
import { may } from '#src/kernel/rights.ts'
import { getBookingView } from '#src/modules/bookings/reads.ts'
import { listDocuments } from '#src/modules/documents/reads.ts'
import { listTransfersOfSubject, type TransferView } from '#src/modules/ledger/reads.ts'
import { listMailsOfBooking } from '#src/modules/notifications/reads.ts'
import { getBookingBackstage, type BookingBackstage } from '#src/modules/operator/reads.ts'
import { Badge, StateBadge } from '#src/ui/badge.tsx'
import { ButtonLink } from '#src/ui/button.tsx'
import { Card } from '#src/ui/card.tsx'
import { Facts } from '#src/ui/facts.tsx'
import { BoltIcon, CalendarIcon, ListIcon, MailIcon, MoneyIcon, PersonIcon } from '#src/ui/icons.tsx'
import { count, sayDate, sayLongDay, sayMoment, sayMoney, saySpan, sayZone } from '#src/ui/format.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Column } from '#src/ui/shell.tsx'
import { Timeline } from '#src/ui/timeline.tsx'
import { ChangeTime } from '../../../../(public)/manage/booking-manager.tsx'
import { one, type Query } from '../../../../(public)/query.ts'
import { ActionButton } from '../../../../action-button.tsx'
import { BookingActions } from '../../../../booking-actions.tsx'
import { DocumentLinks } from '../../../../document-links.tsx'
import { orNotFound } from '../../../../or-not-found.ts'
import { pageLocale } from '../../../../page-locale.ts'
import { Code, StateFilter } from '../../../console-list.tsx'
import { oneOf } from '../../../read-list.ts'
import { requireOperator } from '../../../require-operator.ts'
import {
  bundled,
  HISTORY_KINDS,
  type Bundle,
  historyOf,
  type HistoryEntry,
  type HistoryKind,
} from './booking-history.ts'
import { DisputeBadge } from '../../disputes/dispute-badge.tsx'
import { LedgerLines } from './ledger-lines.tsx'
import { RefundAction } from './refund-action.tsx'

export const metadata = { title: 'A booking' }

interface PageProps {
  params: Promise<{ bookingId: string }>
  searchParams: Promise<Query>
}

export default async function OperatorBookingPage({ params, searchParams }: PageProps) {
  const { bookingId } = await params
  const path = `/operator/bookings/${bookingId}`
  const { ctx } = await requireOperator(path)
  const mayRefund = may(ctx.actor, 'payment.refund')
  if (!isId(bookingId)) notFound()
  const id = bookingId as BookingId
  const [view, query, locale] = await Promise.all([
    orNotFound(getBookingView(ctx, id)),
    searchParams,
    pageLocale(),
  ])
  const [backstage, mails, transfers, documents] = await Promise.all([
    getBookingBackstage(ctx, id),
    listMailsOfBooking(ctx.db, id),
    listTransfersOfSubject(ctx.db, id),
    listDocuments(ctx, id),
  ])
  const tag = locale.tag
  const { timeZone } = view
  const bankDecides = backstage.disputes.some(({ status }) => status === 'open')
  const changing = view.actions.reschedule && one(query, 'change') === 'time'
  const shown = oneOf(HISTORY_KINDS, one(query, 'show'))
  const history = historyOf({ view, backstage, mails, transfers }, tag).filter(
    ({ kind }) => !shown || kind === shown,
  )
  return (
    <Column className="pt-4 sm:pt-6">
      <Breadcrumbs items={[{ href: '/operator/bookings', label: 'Bookings' }, { label: view.code }]} />
      <div className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-mono text-3xl tracking-normal">{view.code}</h1>
        <StateBadge state={view.state} />
        <StateBadge state={view.payment.status} />
      </div>
      {view.party !== 'operator' && (
        <div className="mt-4">
          <Notice tone="warning">
            You are also the {view.party} of this booking. What you do here counts as done by you as{' '}
            {view.party}.
          </Notice>
        </div>
      )}
      <section data-no-print aria-label="Actions" className="mt-6 flex flex-wrap gap-3 empty:hidden">
        {view.actions.reschedule && !changing && (
          <ButtonLink href={`${path}?change=time`} look="secondary" size="small">
            Change the time
          </ButtonLink>
        )}
        <BookingActions booking={view} as="operator" locale={tag} />
        {backstage.payout?.status === 'failed' && may(ctx.actor, 'payout.retry') && (
          <RetryPayout payout={backstage.payout} provider={view.provider.name} locale={tag} />
        )}
        {mayRefund && !bankDecides && backstage.payment && backstage.payment.left.amountMinor > 0 && (
          <RefundAction
            bookingId={id}
            left={backstage.payment.left}
            provider={view.provider.name}
            locale={tag}
          />
        )}
        {mayRefund &&
          backstage.refunds
            .filter(({ open }) => open)
            .map((refund) => <FailedRefund key={refund.id} refund={refund} locale={tag} />)}
      </section>
      {mayRefund && bankDecides && (
        <p className="mt-3 text-sm text-ink-soft">
          It can be refunded when the bank has decided: until then the bank has the money.
        </p>
      )}
      {changing && (
        <div className="mt-6 max-w-3xl">
          <ChangeTime view={view} guestKey={null} locale={locale} query={query} path={path} />
        </div>
      )}
      <div className="mt-8 grid items-start gap-6 lg:grid-cols-2">
        <div className="flex flex-col gap-6">
          <Card as="section">
            <h2 className="mb-4 text-lg">Booking</h2>
            <Facts
              items={[
                [
                  'When',
                  <span key="when">
                    {sayLongDay(view.startsAt, timeZone, tag)},{' '}
                    {saySpan(view.startsAt, view.endsAt, timeZone, tag)}
                    <span className="block text-sm text-ink-soft">{sayZone(timeZone, view.startsAt)}</span>
                  </span>,
                ],
                ['Service', view.service.name],
                [
                  'Provider',
                  <Link key="provider" className="link" href={`/operator/providers/${view.provider.id}`}>
                    {view.provider.name}
                  </Link>,
                ],
                [
                  'For',
                  view.customer ? (
                    <span key="customer">
                      {view.customer.name}
                      {view.isGuest && ', as a guest'}
                      <span className="block text-sm text-ink-soft">
                        {[view.customer.email, view.customer.phone].filter(Boolean).join(', ')}
                      </span>
                    </span>
                  ) : (
                    'Not said yet'
                  ),
                ],
                view.note ? ['Note', view.note] : null,
                view.endReason ? ['Reason of the end', view.endReason] : null,
                ['Policy', sayPolicy(view.policy.name)],
              ]}
            />
          </Card>
          <DocumentLinks items={documents} locale={tag} />
        </div>
        <Money backstage={backstage} locale={tag} timeZone={timeZone} />
      </div>
      <LedgerOf transfers={transfers} locale={tag} />
      <Card as="section" className="mt-6">
        <h2 className="text-lg">Everything that happened</h2>
        <p className="mt-1 mb-4 text-sm text-ink-soft">Times in {sayZone(timeZone, view.startsAt)}</p>
        <div className="mb-5">
          <StateFilter
            label="What to show"
            path={path}
            name="show"
            chosen={shown}
            states={HISTORY_KINDS}
            words={(kind) => KINDS[kind as HistoryKind][0]}
          />
        </div>
        <History history={history} flat={shown !== undefined} timeZone={timeZone} locale={tag} />
      </Card>
    </Column>
  )
}

function sayPolicy(name: string): string {
  const words = name.replaceAll('_', '-')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const KINDS: Readonly<Record<HistoryKind, readonly [words: string, Icon: typeof MoneyIcon]>> = {
  state: ['State', CalendarIcon],
  money: ['Payments', MoneyIcon],
  ledger: ['Ledger', ListIcon],
  mail: ['Mail', MailIcon],
  webhook: ['Webhooks', BoltIcon],
  people: ['People', PersonIcon],
}

interface HistoryProps {
  history: readonly HistoryEntry[]
  /** One kind was asked for: all of it is shown. */
  flat: boolean
  timeZone: string
  locale: string
}

function History({ history, flat, timeZone, locale }: HistoryProps) {
  if (history.length === 0) return <p className="text-ink-soft">Nothing of this kind yet.</p>
  const bundles = flat ? history.map((entry) => ({ entry, technical: [] })) : bundled(history)
  return <Timeline entries={bundles.map((bundle) => lineOf(bundle, timeZone, locale))} />
}

function lineOf({ entry, technical }: Bundle, timeZone: string, locale: string) {
  const { kind, at, title, detail, href, bad } = entry
  const [words, Icon] = KINDS[kind]
  return {
    at: sayMoment(at, timeZone, locale),
    iso: at,
    icon: <Icon />,
    title: (
      <>
        <span className="sr-only">{words}: </span>
        {bad && <Badge tone="danger">Failed</Badge>}{' '}
        {href ? (
          <Link className="link" href={href}>
            {title}
          </Link>
        ) : (
          title
        )}
      </>
    ),
    detail: (
      <>
        {detail && <p className="break-words text-ink-soft">{detail}</p>}
        {technical.length > 0 && <Technical entries={technical} timeZone={timeZone} locale={locale} />}
      </>
    ),
  }
}

interface TechnicalProps {
  entries: readonly HistoryEntry[]
  timeZone: string
  locale: string
}

/** How it was done, folded away: calls, events and transfers. */
function Technical({ entries, timeZone, locale }: TechnicalProps) {
  return (
    <details>
      <summary className="inline-flex min-h-6 cursor-pointer items-center text-ink-soft underline decoration-dotted">
        {count(entries.length, 'technical step')}
      </summary>
      <ul className="my-2 flex flex-col gap-1">
        {entries.map(({ kind, at, title, detail, href }, index) => (
          <li key={index}>
            <span className="text-ink-soft">
              {sayMoment(at, timeZone, locale)}, {KINDS[kind][0].toLowerCase()}:
            </span>{' '}
            {href ? (
              <Link className="link" href={href}>
                {title}
              </Link>
            ) : (
              title
            )}
            {detail && <span className="break-words text-ink-soft"> {detail}</span>}
          </li>
        ))}
      </ul>
    </details>
  )
}

function Money({
  backstage,
  locale,
  timeZone,
}: {
  backstage: BookingBackstage
  locale: string
  timeZone: string
}) {
  const { figures, payment, refunds, disputes, payout } = backstage
  return (
    <Card as="section">
      <h2 className="mb-4 text-lg">Money</h2>
      <dl className="grid grid-cols-[1fr_auto] gap-x-6 gap-y-1.5">
        <Line label="Price" value={sayMoney(figures.base, locale)} />
        <Line label="Guest booking fee" value={sayMoney(figures.surcharge, locale)} />
        <Line label="Total" value={sayMoney(figures.total, locale)} strong />
        <Line label="of it for the provider" value={sayMoney(figures.providerNet, locale)} />
        <Line label="of it for the platform: commission" value={sayMoney(figures.commission, locale)} />
        <Line label="of it for the platform: guest booking fee" value={sayMoney(figures.surcharge, locale)} />
      </dl>
      <div className="mt-5 border-t border-line pt-5">
        <Facts
          items={[
            [
              'Payment',
              payment ? (
                <span key="payment" className="flex flex-col gap-1">
                  <span>
                    <StateBadge state={payment.status} /> {sayMoney(payment.captured, locale)} charged,{' '}
                    {sayMoney(payment.refunded, locale)} refunded
                  </span>
                  {[payment.paymentIntentId, payment.chargeId, payment.checkoutSessionId].map(
                    (id) => id && <Code key={id}>{id}</Code>,
                  )}
                  {payment.processingFee && (
                    <span className="text-sm">Stripe’s fee {sayMoney(payment.processingFee, locale)}</span>
                  )}
                  {payment.lastError && <span className="text-sm text-danger">{payment.lastError}</span>}
                </span>
              ) : (
                'Not asked for yet'
              ),
            ],
            ...refunds.map(
              (refund) =>
                [
                  'Refund',
                  <span key={refund.id} className="flex flex-col gap-1">
                    <span>
                      {sayMoney(refund.amount, locale)}, {refund.status}
                    </span>
                    {refund.stripeRefundId && <Code>{refund.stripeRefundId}</Code>}
                    {refund.failureReason && (
                      <span className="text-sm text-danger">{refund.failureReason}</span>
                    )}
                  </span>,
                ] as const,
            ),
            ...disputes.map(
              (dispute) =>
                [
                  'Dispute',
                  <span key={dispute.id}>
                    <DisputeBadge status={dispute.status} /> {sayMoney(dispute.amount, locale)},{' '}
                    <Link className="link" href={`/operator/disputes/${dispute.id}`}>
                      {dispute.reason.replaceAll('_', ' ')}
                    </Link>
                  </span>,
                ] as const,
            ),
            [
              'Payout',
              payout ? (
                <span key="payout" className="flex flex-col gap-1">
                  <span>
                    <StateBadge state={payout.status} /> {sayMoney(payout.amount, locale)}
                  </span>
                  <span className="text-sm">
                    {payout.paidAt
                      ? `Sent ${sayMoment(payout.paidAt, timeZone, locale)}, promised for ${sayDate(payout.dueAt, timeZone, locale)}`
                      : `Promised for ${sayDate(payout.dueAt, timeZone, locale)}`}
                    {payout.attemptDueAt &&
                      payout.attempts > 0 &&
                      `, tried again ${sayMoment(payout.attemptDueAt, timeZone, locale)}`}
                  </span>
                  {payout.stripeTransferId && <Code>{payout.stripeTransferId}</Code>}
                  {payout.failureReason && (
                    <span className="text-sm text-danger">{payout.failureReason}</span>
                  )}
                </span>
              ) : (
                'Scheduled when the service has been given'
              ),
            ],
          ]}
        />
      </div>
    </Card>
  )
}

function Line({ label, value, strong = false }: { label: string; value: string; strong?: boolean }) {
  return (
    <>
      <dt className={strong ? 'font-semibold' : 'text-ink-soft'}>{label}</dt>
      <dd className={strong ? 'tabular text-right font-semibold' : 'tabular text-right'}>{value}</dd>
    </>
  )
}

function RetryPayout({
  payout,
  provider,
  locale,
}: {
  payout: NonNullable<BookingBackstage['payout']>
  provider: string
  locale: string
}) {
  return (
    <ActionButton
      label="Try the payout again"
      look="primary"
      title="Try the payout again?"
      confirmLabel={`Send ${sayMoney(payout.amount, locale)}`}
      path={`/api/v1/payouts/${payout.id}/attempts`}
      reason="required"
    >
      <p>
        {sayMoney(payout.amount, locale)} are sent to {provider} once more. It failed {payout.attempts} times
        {payout.failureReason ? `, last with: ${payout.failureReason}` : ''}.
      </p>
    </ActionButton>
  )
}

/** A refund that did not arrive: made again to the same card, or given in another way. */
function FailedRefund({ refund, locale }: { refund: BookingBackstage['refunds'][number]; locale: string }) {
  const amount = sayMoney(refund.amount, locale)
  return (
    <>
      <ActionButton
        label={`Refund ${amount} again`}
        title="Make the refund again?"
        confirmLabel={`Refund ${amount}`}
        path={`/api/v1/refunds/${refund.id}/attempts`}
        reason="required"
      >
        <p>
          The bank did not take it{refund.failureReason ? `: ${refund.failureReason}` : ''}. It is sent to the
          same card once more.
        </p>
      </ActionButton>
      <ActionButton
        label={`${amount} was given otherwise`}
        title="Was it given back in another way?"
        confirmLabel="Yes, it was"
        path={`/api/v1/refunds/${refund.id}/settlement`}
        reason="required"
        reasonHint="How and when: a bank transfer and its number, for example."
      >
        <p>
          The books then say that the customer has {amount}, and the payout of this booking goes on. Nothing
          is sent by us.
        </p>
      </ActionButton>
    </>
  )
}

function LedgerOf({ transfers, locale }: { transfers: readonly TransferView[]; locale: string }) {
  return (
    <Card as="section" className="mt-6">
      <h2 id="ledger" className="mb-4 scroll-mt-6 text-lg">
        Ledger
      </h2>
      {transfers.length === 0 ? (
        <p className="text-ink-soft">No money has moved for this booking yet.</p>
      ) : (
        <LedgerLines
          transfers={transfers.map(({ id, kind, debitCode, creditCode, externalId, facts, ...amount }) => ({
            ...{ id, kind, debitCode, creditCode, externalId, facts },
            amount: moneyToJson(amount),
          }))}
          locale={locale}
        />
      )}
    </Card>
  )
}
