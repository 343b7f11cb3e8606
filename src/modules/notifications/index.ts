import type { BookingFacts } from '#src/modules/bookings/index.ts'
import { calendarFile, type CalendarMethod, type CalendarReader } from './calendar-file.ts'
import { forMails } from './facts.ts'

export { EMAIL_VERIFICATION_HOURS, PASSWORD_RESET_HOURS } from './domain/account-links.ts'
export { recordAccountMail, type AccountMail } from './record-mails.ts'
export type { CalendarMethod, CalendarReader } from './calendar-file.ts'

/** The booking as an .ics file: PUBLISH to download or subscribe to, REQUEST and CANCEL to mail to `reader`. */
export function bookingCalendarFile(
  facts: BookingFacts,
  method: CalendarMethod,
  baseUrl: string,
  reader?: CalendarReader,
): string {
  return calendarFile(forMails(facts), method, baseUrl, reader)
}
