import Link from 'next/link'
import { notFound } from 'next/navigation'
import { getStatement, type Statement, type StatementLine } from '#src/modules/documents/reads.ts'
import { buttonClasses, ButtonLink } from '#src/ui/button.tsx'
import { Card } from '#src/ui/card.tsx'
import { classes } from '#src/ui/classes.ts'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { minus, sayDate, sayMoney, sayMonth } from '#src/ui/format.ts'
import { addMonths, monthOf } from '#src/ui/month-grid.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { PrintButton } from '#src/ui/print-button.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Table } from '#src/ui/table.tsx'
import { NamedParty } from '../../../../../../named-party.tsx'
import { pageLocale } from '../../../../../../page-locale.ts'
import { openWorkspace } from '../../../../../workspace.ts'

export const metadata = { title: 'Statement' }

const MONTH = /^2\d{3}-(0[1-9]|1[0-2])$/

interface PageProps {
  params: Promise<{ slug: string; month: string }>
}

/** A month of a provider on paper: what moved booking by booking, and the commission on it. */
export default async function StatementPage({ params }: PageProps) {
  const [{ slug, month }, locale] = await Promise.all([params, pageLocale()])
  const payouts = `/provider/${slug}/payouts`
  const { ctx, providerId } = await openWorkspace(slug, `${payouts}/statements/${month}`)
  const thisMonth = monthOf(ctx.now.toString())
  if (!MONTH.test(month) || month > thisMonth) notFound()
  const statement = await getStatement(ctx, providerId, month)
  const tag = locale.tag
  const name = sayMonth(month, tag)
  const to = (other: string) => `${payouts}/statements/${other}`
  return (
    <Column className="pt-4 sm:pt-6">
      <Breadcrumbs items={[{ href: payouts, label: 'Payouts' }, { label: name }]} />
      <PageHeading
        title={`Statement for ${name}`}
        actions={
          <div data-no-print className="flex flex-wrap items-center gap-3">
            <PrintButton />
            <a
              className={buttonClasses('secondary')}
              href={`/api/v1/providers/${providerId}/statements/${month}.csv`}
            >
              Download CSV
            </a>
          </div>
        }
      >
        {month === thisMonth && 'The month is not over: more may be added. '}Days are those of UTC.
      </PageHeading>
      <nav data-no-print aria-label="Months" className="mb-6 flex flex-wrap gap-3">
        <ButtonLink href={to(addMonths(month, -1))} look="secondary" size="small">
          {sayMonth(addMonths(month, -1), tag)}
        </ButtonLink>
        {month < thisMonth && (
          <ButtonLink href={to(addMonths(month, 1))} look="secondary" size="small">
            {sayMonth(addMonths(month, 1), tag)}
          </ButtonLink>
        )}
      </nav>
      <Account statement={statement} over={month < thisMonth} locale={tag} />
      <h2 className="mt-10 mb-3 text-xl">Booking by booking</h2>
      <Lines statement={statement} slug={slug} locale={tag} />
      <Commission statement={statement} month={name} locale={tag} />
    </Column>
  )
}

function Account({ statement, over, locale }: { statement: Statement; over: boolean; locale: string }) {
  const { opening, closing, totals } = statement
  const entries = [
    ['At the start of the month', opening],
    ['Earned', totals.earned],
    ['Sent to your account', minus(totals.transferred)],
    ['Taken back from your account', totals.reversed],
  ] as const
  return (
    <Card as="section">
      <h2 className="mb-4 text-lg">Your account with us</h2>
      <dl className="flex flex-col gap-2">
        {entries.map(([label, amount]) => (
          <Entry key={label} label={label} value={sayMoney(amount, locale)} />
        ))}
        <Entry
          strong
          label={`${closing.amountMinor < 0 ? 'You owe' : 'Yours'} ${over ? 'at the end of the month' : 'until now'}`}
          value={sayMoney(closing, locale)}
        />
      </dl>
      {totals.netted.amountMinor > 0 && (
        <p className="mt-3 text-sm text-ink-soft">
          {sayMoney(totals.netted, locale)} of what you earned was kept for what you owed.
        </p>
      )}
    </Card>
  )
}

function Lines({ statement, slug, locale }: { statement: Statement; slug: string; locale: string }) {
  const amount = (name: keyof typeof HEADERS) => ({
    key: name,
    header: HEADERS[name],
    numeric: true,
    idle: (line: StatementLine) => line[name].amountMinor === 0,
    cell: (line: StatementLine) => sayMoney(line[name], locale),
  })
  return (
    <Table
      dense
      caption="What moved in the month, by the date promised"
      rows={statement.lines}
      rowKey={({ bookingId }) => bookingId}
      empty={
        <EmptyState title="Nothing moved in this month">
          <p>A booking appears in the month in which its payout is promised.</p>
        </EmptyState>
      }
      columns={[
        {
          key: 'booking',
          header: 'Booking',
          cell: (line) => (
            <>
              <Link className="link font-mono" href={`/provider/${slug}/bookings/${line.bookingId}`}>
                {line.code}
              </Link>
              <span className="block text-sm font-normal text-ink-soft">
                {line.serviceName}, {sayDate(line.startsAt, line.timeZone, locale)}
              </span>
            </>
          ),
        },
        amount('price'),
        amount('commission'),
        amount('refunded'),
        amount('disputed'),
        amount('earned'),
        amount('netted'),
        amount('recovered'),
        {
          key: 'sent',
          header: 'Sent',
          numeric: true,
          idle: ({ transferred, reversed }) => transferred.amountMinor + reversed.amountMinor === 0,
          cell: ({ transferred, reversed }) => (
            <>
              {sayMoney(transferred, locale)}
              {reversed.amountMinor > 0 && (
                <span className="block text-sm text-ink-soft">
                  {sayMoney(minus(reversed), locale)} taken back
                </span>
              )}
            </>
          ),
        },
        {
          key: 'promised',
          header: 'Promised',
          cell: ({ dueAt, paidAt, reason }) => (
            <>
              {sayDate(dueAt, 'UTC', locale)}
              {paidAt && (
                <span className="block text-sm text-ink-soft">sent {sayDate(paidAt, 'UTC', locale)}</span>
              )}
              {reason && (
                <span className={classes('block text-sm', paidAt ? 'text-ink-soft' : 'text-danger')}>
                  {reason}
                </span>
              )}
            </>
          ),
        },
      ]}
    />
  )
}

const HEADERS = {
  price: 'Price',
  commission: 'Commission',
  refunded: 'Refunded',
  disputed: 'Disputed',
  earned: 'Earned',
  netted: 'Kept for debt',
  recovered: 'Debt made good',
} as const

function Commission({ statement, month, locale }: { statement: Statement; month: string; locale: string }) {
  const { provider, platform, totals, taxes } = statement
  return (
    <Card as="section" className="mt-10">
      <h2 className="mb-4 text-lg">Commission for {month}</h2>
      <dl className="mb-6 grid gap-6 sm:grid-cols-2">
        <NamedParty label="From" party={platform} />
        <NamedParty label="To" party={provider} />
      </dl>
      <dl className="flex flex-col gap-2">
        {taxes.map(({ name, rateBasisPoints, tax }) => (
          <Entry
            key={`${name} ${rateBasisPoints}`}
            label={`${name} ${rateBasisPoints / 100} %, contained in the commission`}
            value={sayMoney(tax, locale)}
          />
        ))}
        <Entry
          strong
          label="Commission on what was kept, less what was given back"
          value={sayMoney(totals.commission, locale)}
        />
      </dl>
      <p className="mt-3 text-sm text-ink-soft">
        It was kept from the prices above. There is nothing to pay.
      </p>
    </Card>
  )
}

function Entry({ label, value, strong = false }: { label: string; value: string; strong?: boolean }) {
  return (
    <div
      className={classes('flex justify-between gap-4', strong && 'border-t border-line pt-2 font-semibold')}
    >
      <dt>{label}</dt>
      <dd className="tabular whitespace-nowrap">{value}</dd>
    </div>
  )
}
