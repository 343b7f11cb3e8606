import Link from 'next/link'
import { countBookingsByState, BOOKING_STATES } from '#src/modules/bookings/reads.ts'
import { getTrialBalances } from '#src/modules/ledger/reads.ts'
import { getOperatorHome, type OperatorHome } from '#src/modules/operator/reads.ts'
import { moneyToJson } from '#src/kernel/money.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { Card } from '#src/ui/card.tsx'
import { classes } from '#src/ui/classes.ts'
import { count, sayMoment, sayMoney } from '#src/ui/format.ts'
import { CheckIcon, WarningIcon } from '#src/ui/icons.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { pageLocale } from '../../page-locale.ts'
import { ListSearch } from '../console-list.tsx'
import { requireOperator } from '../require-operator.ts'

export const metadata = { title: 'Is anything wrong?' }

const WORKER_SILENT_SECONDS_MAX = 30
/** Stripe's events are refused from 300 on. */
const CLOCK_SKEW_SECONDS_MAX = 60

export default async function OperatorHomePage() {
  const { ctx } = await requireOperator('/operator')
  const [home, states, balances, locale] = await Promise.all([
    getOperatorHome(ctx),
    countBookingsByState(ctx),
    getTrialBalances(ctx.db),
    pageLocale(),
  ])
  const unbalanced = balances.filter(({ differenceMinor }) => differenceMinor !== 0n)
  const wrong = CHECKS.filter(({ bad, of }) => bad && of(home) > 0)
  const silent = home.workerSilentSeconds === null || home.workerSilentSeconds > WORKER_SILENT_SECONDS_MAX
  const newsAge = home.stripeNewsAgeSeconds ?? 0
  const skewed = Math.abs(newsAge) > CLOCK_SKEW_SECONDS_MAX
  const fine = wrong.length === 0 && unbalanced.length === 0 && !silent && !skewed
  return (
    <Column>
      <PageHeading title={fine ? 'Nothing is wrong' : 'Something needs you'}>
        As of {sayMoment(ctx.now.toString(), 'UTC', locale.tag)} UTC. Every count leads to its list.
      </PageHeading>
      <ListSearch
        action="/operator/bookings"
        label="Find anything"
        hint="A booking code, a name, a mail address, an id of ours or of Stripe’s"
        text={undefined}
      />
      <div className="mt-8 flex flex-col gap-4">
        {silent && (
          <Notice tone="danger" title="No worker is running">
            {home.workerSilentSeconds === null
              ? 'None has ever reported. Mail, payments and deadlines wait until one runs.'
              : `The last one reported ${count(home.workerSilentSeconds, 'second')} ago. Mail, payments and deadlines wait until one runs.`}
          </Notice>
        )}
        {skewed && (
          <Notice tone="danger" title="Our clock and Stripe’s do not agree">
            {newsAge < 0
              ? `Stripe’s news comes from ${count(-newsAge, 'second')} ahead of us: our clock is behind. Set it.`
              : `Stripe’s news is at least ${count(newsAge, 'second')} old when it comes. Our clock is ahead, or all of it is late. Signed more than 300 seconds ago it is refused.`}
          </Notice>
        )}
        {unbalanced.map(({ currency, differenceMinor }) => (
          <Notice key={currency} tone="danger" title={`The ledger in ${currency} does not add up`}>
            Debits less credits are{' '}
            {sayMoney(moneyToJson({ amountMinor: differenceMinor, currency }), locale.tag)}. It must be zero.
          </Notice>
        ))}
      </div>
      <ul className="mt-4 grid gap-x-8 sm:grid-cols-2 lg:grid-cols-3">
        {CHECKS.map((check) => (
          <CheckLine
            key={check.label}
            label={check.label}
            href={check.href}
            value={check.of(home)}
            bad={check.bad}
          />
        ))}
        {balances.map(({ currency, differenceMinor }) => (
          <li key={currency} className="border-t border-line">
            <Link
              href={`/operator/ledger?currency=${currency}`}
              className="flex min-h-12 items-center gap-3 py-2 hover:underline"
            >
              {differenceMinor === 0n ? (
                <CheckIcon className="text-success" />
              ) : (
                <WarningIcon className="text-danger" />
              )}
              <span className="grow">Ledger difference {currency}</span>
              <span className="tabular font-semibold">
                {sayMoney(moneyToJson({ amountMinor: differenceMinor, currency }), locale.tag)}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <Card as="section" className="mt-10">
        <h2 className="text-lg">Bookings by state</h2>
        <ul className="mt-3 flex flex-wrap gap-x-6 gap-y-2">
          {BOOKING_STATES.map((state) => (
            <li key={state}>
              <Link
                href={`/operator/bookings?state=${state}`}
                className="inline-flex min-h-11 items-center gap-2 hover:underline"
              >
                <StateBadge state={state} /> <span className="tabular font-semibold">{states[state]}</span>
              </Link>
            </li>
          ))}
        </ul>
      </Card>
    </Column>
  )
}

interface Check {
  label: string
  href: string
  of: (home: OperatorHome) => number
  /** Whether more than none is something wrong, and not just something to do. */
  bad: boolean
}

const trouble = (name: keyof OperatorHome['bookings']) => ({
  href: `/operator/bookings?trouble=${name}`,
  of: (home: OperatorHome) => home.bookings[name],
})

const CHECKS: readonly Check[] = [
  { label: 'Payments stuck', ...trouble('payment_stuck'), bad: true },
  { label: 'Refunds stuck or failed', ...trouble('refund_stuck'), bad: true },
  { label: 'Open disputes', ...trouble('disputed'), bad: true },
  { label: 'Evidence due within 3 days', ...trouble('evidence_due'), bad: true },
  { label: 'Payouts failed', ...trouble('payout_failed'), bad: true },
  { label: 'Payouts overdue', ...trouble('payout_overdue'), bad: true },
  { label: 'Bookings past their time', ...trouble('overdue'), bad: true },
  { label: 'Requests about to lapse', ...trouble('answer_due'), bad: false },
  {
    label: 'Webhooks waiting over a minute',
    href: '/operator/webhooks?status=received',
    of: (home) => home.webhooksWaiting,
    bad: true,
  },
  {
    label: 'Webhooks given up',
    href: '/operator/webhooks?status=dead',
    of: (home) => home.webhooksDead,
    bad: true,
  },
  { label: 'Mails failed', href: '/operator/mails?status=failed', of: (home) => home.mailsFailed, bad: true },
  {
    label: 'Mails waiting over 5 minutes',
    href: '/operator/mails?status=queued',
    of: (home) => home.mailsWaiting,
    bad: true,
  },
  { label: 'Jobs given up', href: '/operator/jobs?state=dead', of: (home) => home.jobsDead, bad: true },
  { label: 'Jobs late over a minute', href: '/operator/jobs', of: (home) => home.jobsWaiting, bad: true },
  {
    label: 'Differences with Stripe',
    href: '/operator/reconciliation',
    of: (home) => home.differencesOpen,
    bad: true,
  },
  {
    label: 'Reconciliations not finished',
    href: '/operator/reconciliation',
    of: (home) => home.reconciliationsLate,
    bad: true,
  },
  { label: 'Events not passed on', href: '/operator/jobs', of: (home) => home.eventsWaiting, bad: true },
  {
    label: 'Providers to review',
    href: '/operator/providers?status=in_review',
    of: (home) => home.providersInReview,
    bad: false,
  },
  {
    label: 'Providers suspended',
    href: '/operator/providers?status=suspended',
    of: (home) => home.providersSuspended,
    bad: false,
  },
]

function CheckLine({
  label,
  href,
  value,
  bad,
}: {
  label: string
  href: string
  value: number
  bad: boolean
}) {
  const wrong = bad && value > 0
  return (
    <li className="border-t border-line">
      <Link href={href} className="flex min-h-12 items-center gap-3 py-2 hover:underline">
        {wrong ? (
          <WarningIcon className="text-danger" />
        ) : (
          <CheckIcon className={value === 0 ? 'text-success' : 'text-ink-soft'} />
        )}
        <span className="grow">
          {wrong && <span className="sr-only">Needs attention: </span>}
          {label}
        </span>
        <span className={classes('tabular font-semibold', wrong && 'text-danger')}>{value}</span>
      </Link>
    </li>
  )
}
