import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { systemClock } from '#src/platform/clock.ts'
import { openTestDatabase } from '#tests/support/database.ts'
import { mailerContract, type Delivered } from './contract.ts'
import { mailboxMailer } from './embedded.ts'

const { db } = await openTestDatabase()
const mailer = mailboxMailer({ db, clock: systemClock })

async function delivered(to: string): Promise<Delivered[]> {
  const { rows } = await db.execute<Delivered & Record<string, unknown>>(sql`
    select recipient::text as to, sender as from, subject, html, plain_text as text, calendar
    from mailbox_messages where recipient = ${to}`)
  return rows
}

mailerContract('the mailbox', () => ({ mailer, delivered }))

test('a message delivered twice is in the mailbox once', async () => {
  const message = {
    id: '6d1f1f1a-3f68-4a3e-9c39-6f3b6a3d1b11',
    from: 'a@ecosystem.test',
    to: 'once@example.com',
    subject: 's',
    html: 'h',
    text: 't',
  }
  await Promise.all([mailer.send(message), mailer.send(message), mailer.send(message)])
  expect(await delivered('once@example.com')).toHaveLength(1)
})
