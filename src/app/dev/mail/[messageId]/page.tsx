import { notFound } from 'next/navigation'
import { pageContext } from '#src/boot/web.ts'
import { isId } from '#src/kernel/ids.ts'
import { findMailboxMessage } from '#src/modules/notifications/reads.ts'
import { buttonClasses } from '#src/ui/button.tsx'
import { Facts } from '#src/ui/facts.tsx'
import { sayMoment } from '#src/ui/format.ts'
import { CalendarIcon } from '#src/ui/icons.tsx'
import { Breadcrumbs, Tabs } from '#src/ui/navigation.tsx'
import { Column } from '#src/ui/shell.tsx'
import { one, queryString, type Query } from '../../../(public)/query.ts'
import { pageLocale } from '../../../page-locale.ts'
import { MailFrame } from '../mail-frame.tsx'
import { requireMailbox } from '../require-mailbox.ts'

interface PageProps {
  params: Promise<{ messageId: string }>
  searchParams: Promise<Query>
}

export const metadata = { title: 'A mail', robots: { index: false } }

export default async function MessagePage({ params, searchParams }: PageProps) {
  requireMailbox()
  const { messageId } = await params
  const { db } = await pageContext()
  const message = isId(messageId) ? await findMailboxMessage(db, messageId) : null
  if (!message) notFound()
  const [query, locale] = await Promise.all([searchParams, pageLocale()])
  const asText = one(query, 'as') === 'text'
  const here = `/dev/mail/${message.id}`
  return (
    <Column width="medium" className="pt-4 sm:pt-6">
      <Breadcrumbs items={[{ href: '/dev/mail', label: 'Mailbox' }, { label: 'Mail' }]} />
      <h1 className="mt-4 mb-4 text-2xl">{message.subject}</h1>
      <Facts
        items={[
          ['From', message.from],
          ['To', message.to],
          [
            'Delivered',
            <time
              key="at"
              dateTime={message.deliveredAt}
            >{`${sayMoment(message.deliveredAt, 'UTC', locale.tag)} UTC`}</time>,
          ],
        ]}
      />
      {message.calendar && (
        <p className="mt-4">
          <a
            href={calendarHref(message.calendar)}
            download="booking.ics"
            className={buttonClasses('secondary', 'small')}
          >
            <CalendarIcon /> Download the calendar file
          </a>
        </p>
      )}
      <div className="mt-6 mb-4">
        <Tabs
          label="Forms of this mail"
          tabs={[
            { href: here, label: 'HTML', current: !asText },
            { href: `${here}${queryString({ as: 'text' })}`, label: 'Text', current: asText },
          ]}
        />
      </div>
      {asText ? (
        <pre
          className="overflow-x-auto rounded-card border border-line bg-surface p-4 font-mono text-sm whitespace-pre-wrap"
          tabIndex={0}
        >
          {message.text}
        </pre>
      ) : (
        <MailFrame html={message.html} title={message.subject} />
      )}
    </Column>
  )
}

function calendarHref(calendar: string): string {
  return `data:text/calendar;charset=utf-8,${encodeURIComponent(calendar)}`
}
