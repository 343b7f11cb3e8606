import Link from 'next/link'
import type { DocumentItem } from '#src/modules/documents/reads.ts'
import { Card } from '#src/ui/card.tsx'
import { minus, sayDate, sayMoney } from '#src/ui/format.ts'

export const DOCUMENT_NAMES: Readonly<Record<DocumentItem['kind'], string>> = {
  receipt: 'Receipt',
  credit_note: 'Credit note',
}

/** The receipt of a booking and what was credited since, each a page that can be printed. Nothing before it is paid. */
export function DocumentLinks({
  items,
  guestKey = null,
  locale,
}: {
  items: readonly DocumentItem[]
  guestKey?: string | null
  locale: string
}) {
  if (items.length === 0) return null
  return (
    <div data-no-print>
      <Card as="section">
        <h2 className="mb-2 text-lg">Documents</h2>
        <ul>
          {items.map(({ id, kind, number, issuedAt, total }) => (
            <li key={id} className="flex flex-wrap items-center justify-between gap-x-4">
              <Link
                className="link inline-flex min-h-11 items-center"
                href={`/documents/${id}${guestKey ? `?${new URLSearchParams({ key: guestKey })}` : ''}`}
              >
                {DOCUMENT_NAMES[kind]} {number}
              </Link>
              <span className="tabular text-ink-soft">
                {sayDate(issuedAt, 'UTC', locale)},{' '}
                {sayMoney(kind === 'credit_note' ? minus(total) : total, locale)}
              </span>
            </li>
          ))}
        </ul>
      </Card>
    </div>
  )
}
