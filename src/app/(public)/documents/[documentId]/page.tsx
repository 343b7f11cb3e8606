import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import { guestContext, pageContext } from '#src/boot/web.ts'
import { isId, type DocumentId } from '#src/kernel/ids.ts'
import { getDocument, type DocumentView } from '#src/modules/documents/reads.ts'
import { buttonClasses, ButtonLink } from '#src/ui/button.tsx'
import { Card } from '#src/ui/card.tsx'
import { sayDate, sayLongDayOfYear, sayMoney, sayTime, sayZone } from '#src/ui/format.ts'
import { PrintButton } from '#src/ui/print-button.tsx'
import { Column } from '#src/ui/shell.tsx'
import { DOCUMENT_NAMES } from '../../../document-links.tsx'
import { NamedParty } from '../../../named-party.tsx'
import { orNotFound } from '../../../or-not-found.ts'
import { pageLocale } from '../../../page-locale.ts'
import { LinkOver } from '../../manage/link-over.tsx'
import { one, queryString, type Query } from '../../query.ts'

interface PageProps {
  params: Promise<{ documentId: string }>
  searchParams: Promise<Query>
}

/** The name of a file that is printed from it. */
export async function generateMetadata({ params, searchParams }: PageProps): Promise<Metadata> {
  const [{ documentId }, query] = await Promise.all([params, searchParams])
  const opened = await open(documentId, one(query, 'key'))
  const { kind, number } = opened?.document ?? {}
  return {
    title: kind ? `${DOCUMENT_NAMES[kind]} ${number}` : 'Your document',
    // The address may carry a guest's key: it must not travel on in a Referer, nor into a search engine.
    robots: { index: false, follow: false },
    referrer: 'no-referrer',
  }
}

/** Opened by a guest's key, or else by who is signed in; null when it is neither. */
const open = cache(async (documentId: string, key: string | undefined) => {
  if (!isId(documentId)) notFound()
  const guest = key ? await guestContext(key) : null
  const reader = guest ?? (await pageContext())
  if (reader.actor.kind === 'anonymous') return null
  const document = await orNotFound(getDocument(reader, documentId as DocumentId))
  return { document, guestKey: guest && key ? key : null }
})

/** A receipt or credit note on one sheet, for whoever took part in the booking: by session, or by a guest's key. */
export default async function DocumentPage({ params, searchParams }: PageProps) {
  const [{ documentId }, query, locale] = await Promise.all([params, searchParams, pageLocale()])
  const key = one(query, 'key')
  const opened = await open(documentId, key)
  if (!opened) {
    const here = `/documents/${documentId}`
    if (key) return <LinkOver here={here} />
    redirect(`/login${queryString({ redirect_url: here })}`)
  }
  const { document, guestKey } = opened
  return (
    <Column width="medium" className="pt-8 sm:pt-12">
      <div data-no-print className="mb-6 flex flex-wrap items-center gap-3">
        <ButtonLink
          href={guestKey ? `/manage/${guestKey}` : `/bookings/${document.bookingId}`}
          look="secondary"
        >
          Back to the booking
        </ButtonLink>
        <a
          className={buttonClasses('secondary')}
          href={`/api/v1/documents/${document.id}/pdf${queryString({ key: guestKey })}`}
        >
          Download PDF
        </a>
        <PrintButton />
      </div>
      <Sheet document={document} locale={locale.tag} />
    </Column>
  )
}

function Sheet({ document, locale }: { document: DocumentView; locale: string }) {
  const { kind, number, issuedAt, movedAt, receiptNumber, booking, lines, taxes, total } = document
  const credit = kind === 'credit_note'
  return (
    <Card as="article">
      <h1 className="text-2xl">
        {DOCUMENT_NAMES[kind]} <span className="tabular whitespace-nowrap">{number}</span>
      </h1>
      <p className="mt-1 text-ink-soft">
        Issued on {sayDate(issuedAt, 'UTC', locale)}
        {receiptNumber && `, for receipt ${receiptNumber}`}
      </p>
      <dl className="mt-6 grid gap-6 sm:grid-cols-3">
        <NamedParty label="Provider" party={document.provider} />
        <NamedParty label="Customer" party={document.customer} />
        <NamedParty label="Platform" party={document.platform} />
      </dl>
      <p className="mt-6">
        Booking <span className="tabular">{booking.code}</span>: {booking.serviceName},{' '}
        {sayLongDayOfYear(booking.startsAt, booking.timeZone, locale)},{' '}
        {sayTime(booking.startsAt, booking.timeZone, locale)} ({sayZone(booking.timeZone, booking.startsAt)})
      </p>
      <table className="mt-4 w-full text-left">
        <caption className="sr-only">What it is for</caption>
        <thead>
          <tr className="border-b border-line text-sm text-ink-soft">
            <th scope="col" className="py-2 font-medium">
              Description
            </th>
            <th scope="col" className="px-3 py-2 font-medium">
              From
            </th>
            <th scope="col" className="py-2 text-right font-medium">
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ description, soldBy, amount }, index) => (
            <tr key={index} className="border-b border-line align-top">
              <td className="py-2 wrap-anywhere">{description}</td>
              <td className="px-3 py-2 text-ink-soft">{document[soldBy].name}</td>
              <td className="tabular py-2 text-right whitespace-nowrap">{sayMoney(amount, locale)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          {taxes.map(({ name, rateBasisPoints, tax }) => (
            <tr key={`${name} ${rateBasisPoints}`} className="text-ink-soft">
              <td className="py-2" colSpan={2}>
                {name} {rateBasisPoints / 100} %, contained in the total
              </td>
              <td className="tabular py-2 text-right">{sayMoney(tax, locale)}</td>
            </tr>
          ))}
          <tr className="text-lg font-semibold">
            <td className="py-3" colSpan={2}>
              {credit ? 'Credited' : 'Paid'}
            </td>
            <td className="tabular py-3 text-right whitespace-nowrap">{sayMoney(total, locale)}</td>
          </tr>
        </tfoot>
      </table>
      <p className="mt-4 text-sm text-ink-soft">
        {credit ? 'Given back' : 'Received'} on {sayDate(movedAt, 'UTC', locale)}. Days are those of UTC.
      </p>
    </Card>
  )
}
