import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { MailMessage, Mailer } from './port.ts'

/** What arrived at the other end, however the mailer got it there. */
export interface Delivered {
  readonly to: string
  readonly from: string
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly calendar: string | null
}

export interface MailerUnderTest {
  readonly mailer: Mailer
  /** All messages for this recipient. */
  delivered(to: string): Promise<Delivered[]>
}

const CALENDAR = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR'

function message(changes: Partial<MailMessage> = {}): MailMessage {
  return {
    id: randomUUID(),
    from: 'Ecosystem <hello@ecosystem.test>',
    to: `${randomUUID()}@example.com`,
    subject: 'Confirmed: Thu 26 Nov 14:00 with Ana',
    html: '<p>See you, Ana ✂ – 10 €</p>',
    text: 'See you, Ana ✂ – 10 €',
    ...changes,
  }
}

/** Every mailer keeps these promises. */
export function mailerContract(name: string, under: () => MailerUnderTest): void {
  describe(`${name} as a mailer`, () => {
    test('delivers subject, both bodies and letters of every alphabet', async () => {
      const sent = message({ subject: 'Bestätigt: Müller – 東京 ✂' })
      const outcome = await under().mailer.send(sent)
      expect(outcome).toHaveProperty('messageId')
      const [got, ...more] = await under().delivered(sent.to)
      expect(more).toEqual([])
      expect(got).toMatchObject({ to: sent.to, subject: sent.subject, calendar: null })
      expect(got?.from).toContain('hello@ecosystem.test')
      expect(got?.html).toContain('See you, Ana ✂ – 10 €')
      expect(got?.text).toContain('See you, Ana ✂ – 10 €')
    })

    test('answers the same message id for the same message, so that a second try is recognised', async () => {
      const sent = message()
      const first = await under().mailer.send(sent)
      const second = await under().mailer.send(sent)
      expect(second).toEqual(first)
    })

    test('carries a calendar file, line by line', async () => {
      const sent = message({ calendar: { content: CALENDAR, method: 'REQUEST' } })
      await under().mailer.send(sent)
      const [got] = await under().delivered(sent.to)
      // Parsers of mail give lines back with the line ends of their own system.
      expect(got?.calendar?.trim().split(/\r?\n/)).toEqual(CALENDAR.split('\r\n'))
    })

    test.each(['a@b.test\r\nBcc: c@d.test', 'a@b.test, c@d.test', 'Ana <a@b.test>', 'no address', ''])(
      'refuses for good what is not one address: %j',
      async (to) => {
        expect(await under().mailer.send(message({ to }))).toHaveProperty('refused')
        expect(await under().delivered(to)).toEqual([])
      },
    )

    test('a line break in the subject makes no header', async () => {
      const sent = message({ subject: 'Hello\r\nBcc: victim@example.com\r\nX-Evil: 1' })
      await under().mailer.send(sent)
      expect(await under().delivered('victim@example.com')).toEqual([])
      const [got] = await under().delivered(sent.to)
      expect(got?.subject).toMatch(/^Hello\s+Bcc: victim@example.com\s+X-Evil: 1$/)
    })
  })
}
