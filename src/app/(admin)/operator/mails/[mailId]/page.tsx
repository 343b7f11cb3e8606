import Link from 'next/link'
import { notFound } from 'next/navigation'
import { isId } from '#src/kernel/ids.ts'
import { getMail } from '#src/modules/operator/reads.ts'
import { Facts } from '#src/ui/facts.tsx'
import { sayMoment } from '#src/ui/format.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { Column } from '#src/ui/shell.tsx'
import { MailFrame } from '../../../../dev/mail/mail-frame.tsx'
import { orNotFound } from '../../../../or-not-found.ts'
import { pageLocale } from '../../../../page-locale.ts'
import { requireOperator } from '../../../require-operator.ts'
import { MailBadge } from '../mail-badge.tsx'

export const metadata = { title: 'A mail' }

export default async function OperatorMailPage({ params }: { params: Promise<{ mailId: string }> }) {
  const { mailId } = await params
  const { ctx } = await requireOperator(`/operator/mails/${mailId}`)
  if (!isId(mailId)) notFound()
  const [mail, locale] = await Promise.all([orNotFound(getMail(ctx, mailId)), pageLocale()])
  const at = (iso: string) => `${sayMoment(iso, 'UTC', locale.tag)} UTC`
  const subject = mail.subject ?? mail.template.replaceAll('_', ' ')
  return (
    <Column width="medium" className="pt-4 sm:pt-6">
      <Breadcrumbs
        items={[{ href: '/operator/mails', label: 'Mails' }, { label: mail.template.replaceAll('_', ' ') }]}
      />
      <div className="mt-4 mb-6 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-2xl">{subject}</h1>
        <MailBadge status={mail.status} />
      </div>
      <Facts
        items={[
          ['To', `${mail.recipientEmail} (${mail.recipientKind})`],
          mail.bookingId
            ? [
                'Booking',
                <Link key="booking" className="link" href={`/operator/bookings/${mail.bookingId}`}>
                  {mail.bookingId.slice(0, 8)}
                </Link>,
              ]
            : null,
          ['Written', at(mail.createdAt)],
          ['Sent', mail.sentAt ? at(mail.sentAt) : 'Not yet'],
          ['Tries', mail.attempts],
          mail.lastError
            ? [
                'Last error',
                <span key="error" className="text-danger">
                  {mail.lastError}
                </span>,
              ]
            : null,
        ]}
      />
      <div className="mt-8">
        {mail.html ? (
          <MailFrame html={mail.html} title={subject} />
        ) : (
          <p className="text-ink-soft">It is written when it is sent.</p>
        )}
      </div>
    </Column>
  )
}
