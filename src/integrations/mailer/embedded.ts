import { sql } from 'drizzle-orm'
import type { Clock } from '#src/platform/clock.ts'
import { assertNoOpenTransaction } from '#src/platform/context.ts'
import type { Database } from '#src/platform/db/database.ts'
import { prepared } from '#src/platform/db/prepared.ts'
import { isMailAddress } from './address.ts'
import type { Mailer } from './port.ts'

const $ = sql.placeholder
const deliver = prepared<Record<string, string | null>>(
  () => sql`
    insert into mailbox_messages (id, sender, recipient, subject, html, plain_text, calendar, delivered_at)
    values (${$('id')}, ${$('from')}, ${$('to')}, ${$('subject')}, ${$('html')}, ${$('text')}, ${$('calendar')}, ${$('deliveredAt')})
    on conflict (id) do nothing`,
)

/** Delivers into the table that the mailbox page shows. A message delivered twice is there once. */
export function mailboxMailer({ db, clock }: { db: Database; clock: Clock }): Mailer {
  return {
    async send({ id, from, to, subject, html, text, calendar }) {
      assertNoOpenTransaction('the mailer')
      if (!isMailAddress(to)) return { refused: 'not a mail address' }
      const deliveredAt = clock.now().toString()
      await deliver(db, {
        id,
        from,
        to,
        subject,
        html,
        text,
        calendar: calendar?.content ?? null,
        deliveredAt,
      })
      return { messageId: id }
    },
  }
}
