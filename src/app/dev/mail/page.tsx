import Form from 'next/form'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { pageContext } from '#src/boot/web.ts'
import { listMailbox, type MailboxItem } from '#src/modules/notifications/reads.ts'
import { Badge } from '#src/ui/badge.tsx'
import { Button, ButtonLink } from '#src/ui/button.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { Field } from '#src/ui/field.tsx'
import { sayMoment } from '#src/ui/format.ts'
import { SearchIcon } from '#src/ui/icons.tsx'
import { Pagination } from '#src/ui/navigation.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { one, queryString, type Query } from '../../(public)/query.ts'
import { refusalCode } from '../../or-not-found.ts'
import { pageLocale } from '../../page-locale.ts'
import { requireMailbox } from './require-mailbox.ts'

export const metadata = { title: 'Mailbox', robots: { index: false } }

export default async function MailboxPage({ searchParams }: { searchParams: Promise<Query> }) {
  requireMailbox()
  const query = await searchParams
  const recipient = one(query, 'to')
  const cursor = one(query, 'cursor')
  const here = `/dev/mail${queryString({ to: recipient })}`
  const { db } = await pageContext()
  const [{ items, nextCursor }, locale] = await Promise.all([
    listMailbox(db, { recipient, cursor }).catch((error: unknown) => {
      if (cursor && refusalCode(error) === 'request.invalid') redirect(here)
      throw error
    }),
    pageLocale(),
  ])
  return (
    <Column width="medium">
      <PageHeading title="Mailbox">
        Everything this marketplace has sent, to whoever it was for. Nothing leaves this machine.
      </PageHeading>
      <Form action="/dev/mail" className="flex flex-wrap items-end gap-3">
        <Field
          name="to"
          label="To"
          type="email"
          optional="unsaid"
          defaultValue={recipient}
          placeholder="customer@demo.test"
          autoComplete="email"
          className="grow"
        />
        <Button type="submit" look="secondary">
          <SearchIcon /> Show
        </Button>
        {recipient && (
          <ButtonLink href="/dev/mail" look="quiet">
            Everybody
          </ButtonLink>
        )}
      </Form>
      <div className="mt-6">
        {items.length === 0 ? (
          <EmptyState title={recipient ? `No mail to ${recipient}` : 'No mail yet'}>
            <p>
              Mail appears here within seconds of what it tells of: a booking, an answer, a reminder, a
              refund.
            </p>
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line rounded-card border border-line bg-surface">
            {items.map((item) => (
              <Message key={item.id} item={item} locale={locale.tag} />
            ))}
          </ul>
        )}
      </div>
      <div className="mt-6">
        <Pagination
          nextHref={nextCursor && `/dev/mail${queryString({ to: recipient, cursor: nextCursor })}`}
          firstHref={cursor ? here : null}
        />
      </div>
    </Column>
  )
}

function Message({ item, locale }: { item: MailboxItem; locale: string }) {
  return (
    <li>
      <Link href={`/dev/mail/${item.id}`} className="block px-4 py-3 hover:bg-sunken sm:px-5">
        <span className="grid items-baseline gap-x-4 sm:grid-cols-[1fr_auto]">
          <span className="min-w-0 font-semibold">{item.subject}</span>
          <time dateTime={item.deliveredAt} className="text-sm whitespace-nowrap text-ink-soft">
            {sayMoment(item.deliveredAt, 'UTC', locale)} UTC
          </time>
        </span>
        <span className="flex flex-wrap items-center gap-x-3 text-sm text-ink-soft">
          to {item.to} {item.hasCalendar && <Badge>with .ics</Badge>}
        </span>
      </Link>
    </li>
  )
}
