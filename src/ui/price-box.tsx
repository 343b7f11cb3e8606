import Link from 'next/link'
import type { MoneyJson } from '#src/kernel/money.ts'
import { sayPercent } from './format.ts'
import { Money } from './money.tsx'

export interface PriceBoxProps {
  /** The service first, then each extra. */
  lines: readonly { label: string; amount: MoneyJson }[]
  /** Null when the booker has an account. */
  guestFee: { amount: MoneyJson; percent: number; signInHref?: string | null } | null
  total: MoneyJson
  /** "Total" until it is paid, then "Paid". */
  totalLabel?: string
  /** Shown under the total once money goes back. */
  refunded?: { label: string; amount: MoneyJson } | null
  locale?: string
}

/** The same box from the slot to the receipt: what is charged for, the guest fee on its own line, and the total. */
export function PriceBox({
  lines,
  guestFee,
  total,
  totalLabel = 'Total',
  refunded,
  locale = 'en-US',
}: PriceBoxProps) {
  return (
    <dl className="flex flex-col gap-2.5">
      {lines.map(({ label, amount }, index) => (
        <Line key={index} label={label} amount={amount} locale={locale} />
      ))}
      {guestFee && guestFee.amount.amountMinor > 0 && (
        <div className="flex items-baseline justify-between gap-4">
          <dt>
            Guest booking fee {sayPercent(guestFee.percent)}
            {guestFee.signInHref && (
              <>
                {' – '}
                <Link className="link" href={guestFee.signInHref}>
                  sign in to remove
                </Link>
              </>
            )}
          </dt>
          <dd>
            <Money amount={guestFee.amount} locale={locale} />
          </dd>
        </div>
      )}
      <div className="mt-1 flex items-baseline justify-between gap-4 border-t border-line pt-3 text-lg font-semibold">
        <dt>
          {totalLabel} <span className="text-sm font-normal text-ink-soft">{total.currency}</span>
        </dt>
        <dd>
          <Money amount={total} locale={locale} />
        </dd>
      </div>
      {refunded && <Line {...refunded} locale={locale} />}
    </dl>
  )
}

function Line({ label, amount, locale }: { label: string; amount: MoneyJson; locale: string }) {
  return (
    <div className="flex items-baseline justify-between gap-4">
      <dt>{label}</dt>
      <dd>
        <Money amount={amount} locale={locale} />
      </dd>
    </div>
  )
}
