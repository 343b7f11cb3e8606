import { describe, expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { CalendarUnreadable, readBusyTimes } from './read-busy-times.ts'

const window = {
  start: Temporal.Instant.from('2026-10-20T00:00:00Z'),
  end: Temporal.Instant.from('2026-11-20T00:00:00Z'),
}

function busy(events: string, timeZone = 'Europe/Berlin', more = ''): string[] {
  const text = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n${more}${events
    .trim()
    .split(/\n\s*\n/)
    .map((event) => `BEGIN:VEVENT\r\n${event.trim().split(/\n\s*/).join('\r\n')}\r\nEND:VEVENT\r\n`)
    .join('')}END:VCALENDAR\r\n`
  return readBusyTimes(text, window, timeZone).map(
    ({ start, end }) => `${start.toString()}/${end.toString()}`,
  )
}

describe('busy times of an iCalendar text', () => {
  it('are read in UTC, in a named zone, on the clock of the provider, and as whole days', () => {
    expect(
      busy(`
        UID:utc
        DTSTART:20261021T100000Z
        DTEND:20261021T110000Z

        UID:zone
        DTSTART;TZID=America/New_York:20261022T100000
        DURATION:PT45M

        UID:floating
        DTSTART:20261023T100000
        DTEND:20261023T110000

        UID:day
        DTSTART;VALUE=DATE:20261025
        DTEND;VALUE=DATE:20261026`),
    ).toEqual([
      '2026-10-21T10:00:00Z/2026-10-21T11:00:00Z',
      '2026-10-22T14:00:00Z/2026-10-22T14:45:00Z',
      '2026-10-23T08:00:00Z/2026-10-23T09:00:00Z',
      // The day on which clocks go back has 25 hours.
      '2026-10-24T22:00:00Z/2026-10-25T23:00:00Z',
    ])
  })

  it('repeat at their wall time over a change of the clock, with exceptions moved, dropped and cancelled', () => {
    expect(
      busy(`
        UID:weekly
        DTSTART;TZID=Europe/Berlin:20240103T090000
        DTEND;TZID=Europe/Berlin:20240103T100000
        RRULE:FREQ=WEEKLY;BYDAY=WE
        EXDATE;TZID=Europe/Berlin:20261028T090000

        UID:weekly
        RECURRENCE-ID;TZID=Europe/Berlin:20261104T090000
        DTSTART;TZID=Europe/Berlin:20261105T130000
        DTEND;TZID=Europe/Berlin:20261105T140000

        UID:weekly
        RECURRENCE-ID;TZID=Europe/Berlin:20261111T090000
        DTSTART;TZID=Europe/Berlin:20261111T090000
        DTEND;TZID=Europe/Berlin:20261111T100000
        STATUS:CANCELLED`),
    ).toEqual([
      '2026-10-21T07:00:00Z/2026-10-21T08:00:00Z',
      '2026-11-05T12:00:00Z/2026-11-05T13:00:00Z',
      '2026-11-18T08:00:00Z/2026-11-18T09:00:00Z',
    ])
  })

  it('leave out what is cancelled, marked as free, without length or outside of the window, and join what overlaps', () => {
    expect(
      busy(`
        UID:a
        DTSTART:20261101T100000Z
        DTEND:20261101T110000Z

        UID:b
        DTSTART:20261101T103000Z
        DTEND:20261101T120000Z

        UID:c
        DTSTART:20261101T120000Z
        DTEND:20261101T123000Z

        UID:free
        TRANSP:TRANSPARENT
        DTSTART:20261102T100000Z
        DTEND:20261102T110000Z

        UID:cancelled
        STATUS:CANCELLED
        DTSTART:20261103T100000Z
        DTEND:20261103T110000Z

        UID:moment
        DTSTART:20261104T100000Z

        UID:past
        DTSTART:20200101T100000Z
        DTEND:20200101T110000Z`),
    ).toEqual(['2026-11-01T10:00:00Z/2026-11-01T12:30:00Z'])
  })

  it('follow the rules in the file where the name of the zone is unknown', () => {
    const rules = `BEGIN:VTIMEZONE\r\nTZID:Odd Office Time\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:-0330\r\nTZOFFSETTO:-0330\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n`
    const event = `
      UID:odd
      DTSTART;TZID=Odd Office Time:20261101T090000
      DTEND;TZID=Odd Office Time:20261101T100000`
    expect(busy(event, 'UTC', rules)).toEqual(['2026-11-01T12:30:00Z/2026-11-01T13:30:00Z'])
  })

  it('of a text that is no calendar, or never ends, are refused', () => {
    for (const text of ['', '<html></html>', 'BEGIN:VCALENDAR', 'BEGIN:VCARD\r\nEND:VCARD\r\n']) {
      expect(() => readBusyTimes(text, window, 'UTC')).toThrow(CalendarUnreadable)
    }
    expect(() =>
      busy(`
      UID:forever
      DTSTART:19700101T000000Z
      DTEND:19700101T000001Z
      RRULE:FREQ=SECONDLY`),
    ).toThrow(CalendarUnreadable)
  })
})
