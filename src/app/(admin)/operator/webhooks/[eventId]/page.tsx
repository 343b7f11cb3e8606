import Link from 'next/link'
import { getWebhook } from '#src/modules/operator/reads.ts'
import { Facts } from '#src/ui/facts.tsx'
import { sayMoment } from '#src/ui/format.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { Column } from '#src/ui/shell.tsx'
import { ActionButton } from '../../../../action-button.tsx'
import { orNotFound } from '../../../../or-not-found.ts'
import { pageLocale } from '../../../../page-locale.ts'
import { Code } from '../../../console-list.tsx'
import { requireOperator } from '../../../require-operator.ts'
import { WebhookBadge } from '../webhook-badge.tsx'

export const metadata = { title: 'A webhook' }

export default async function WebhookPage({ params }: { params: Promise<{ eventId: string }> }) {
  const { eventId } = await params
  const { ctx } = await requireOperator(`/operator/webhooks/${eventId}`)
  const [event, locale] = await Promise.all([orNotFound(getWebhook(ctx, eventId)), pageLocale()])
  const at = (iso: string) => `${sayMoment(iso, 'UTC', locale.tag)} UTC`
  return (
    <Column className="pt-4 sm:pt-6">
      <Breadcrumbs items={[{ href: '/operator/webhooks', label: 'Webhooks' }, { label: event.type }]} />
      <div className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-2xl break-all">{event.type}</h1>
        <WebhookBadge status={event.status} />
      </div>
      <div className="mt-6">
        <ActionButton
          label="Replay"
          title="Act on this event again?"
          confirmLabel="Replay it"
          path={`/api/v1/webhook-events/${event.id}/replays`}
          reason="required"
          reasonHint="Kept in the audit log."
        >
          <p>
            The worker reads <Code>{event.objectId ?? 'the object'}</Code> from Stripe again and takes over
            what it says. What has been done already is not done twice: no second charge, refund or mail.
          </p>
        </ActionButton>
      </div>
      <div className="mt-6">
        <Facts
          items={[
            ['Event', <Code key="id">{event.id}</Code>],
            ['Object', event.objectId ? <Code key="object">{event.objectId}</Code> : 'None'],
            event.bookingId
              ? [
                  'Booking',
                  <Link key="booking" className="link" href={`/operator/bookings/${event.bookingId}`}>
                    {event.bookingId.slice(0, 8)}
                  </Link>,
                ]
              : null,
            [
              'Endpoint',
              `${event.endpoint}, ${event.livemode ? 'live' : 'test'} mode, version ${event.apiVersion ?? 'unknown'}`,
            ],
            event.accountId ? ['Account', <Code key="account">{event.accountId}</Code>] : null,
            ['Made by Stripe', at(event.createdAt)],
            ['Received', at(event.receivedAt)],
            ['Acted on', event.processedAt ? at(event.processedAt) : 'Not yet'],
            ['Tries', event.attempts],
            event.lastError
              ? [
                  'Last error',
                  <span key="error" className="text-danger">
                    {event.lastError}
                  </span>,
                ]
              : null,
          ]}
        />
      </div>
      <h2 className="mt-8 mb-2 text-lg">Body, as it was signed</h2>
      <pre
        tabIndex={0}
        className="max-h-[40rem] overflow-auto rounded-card border border-line bg-surface p-4 font-mono text-xs"
      >
        {indented(event.body)}
      </pre>
    </Column>
  )
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body // what was signed was not JSON; it is shown as it came
  }
}
