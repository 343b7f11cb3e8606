import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { CalendarUnreadable, readBusyTimes } from './read-busy-times.ts'

const window = {
  start: Temporal.Instant.from('2026-10-20T00:00:00Z'),
  end: Temporal.Instant.from('2026-11-20T00:00:00Z'),
}

function calendar(events: string, more = ''): string {
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n${more}${events
    .trim()
    .split(/\n\s*\n/)
    .map((event) => `BEGIN:VEVENT\r\n${event.trim().split(/\n\s*/).join('\r\n')}\r\nEND:VEVENT\r\n`)
    .join('')}END:VCALENDAR\r\n`
}

function busyIn(text: string, timeZone = 'Europe/Berlin', within = window): string[] {
  return readBusyTimes(text, within, timeZone).map(
    ({ start, end }) => `${start.toString()}/${end.toString()}`,
  )
}

function busy(events: string, timeZone = 'Europe/Berlin', more = ''): string[] {
  return busyIn(calendar(events, more), timeZone)
}

const upTo = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index).join(',')
const everyMinute = `BYHOUR=${upTo(0, 23)};BYMINUTE=${upTo(0, 59)}`
const everySecond = `BYMONTHDAY=${upTo(1, 31)};${everyMinute};BYSECOND=${upTo(0, 59)}`
const event = (lines: string) =>
  `BEGIN:VEVENT\nUID:one\nDTSTART:20180101T000000Z\nDTEND:20180101T000001Z\n${lines}\nEND:VEVENT\n`.replaceAll(
    /\n+/g,
    '\r\n',
  )

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

  it.each([
    ['changes each minute', 'RRULE:FREQ=MINUTELY'],
    ['changes each second of the year', `RRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=SU;BYSECOND=${upTo(0, 59)}`],
  ])('in a zone of the file that %s are refused, unless its name is known', (_, rule) => {
    const rules = (zone: string) =>
      `BEGIN:VTIMEZONE\r\nTZID:${zone}\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n${rule}\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n`
    const meeting = (zone: string) => `
      UID:one
      DTSTART;TZID=${zone}:20261101T090000
      DTEND;TZID=${zone}:20261101T100000`
    expect(() => busy(meeting('Odd'), 'UTC', rules('Odd'))).toThrow('a time zone that is none')
    expect(busy(meeting('Asia/Tokyo'), 'UTC', rules('Asia/Tokyo'))).toEqual([
      '2026-11-01T00:00:00Z/2026-11-01T01:00:00Z',
    ])
  })

  it('in a zone of the file are read in any year, and its changes are worked out to one that is near', () => {
    const rules = `BEGIN:VTIMEZONE\r\nTZID:Odd\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nRRULE:FREQ=YEARLY;BYMINUTE=0;BYHOUR=2;BYDAY=1SU;BYMONTH=11\r\nTZOFFSETFROM:-0330\r\nTZOFFSETTO:-0330\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n`
    const far = Array.from({ length: 100 }, (_, index) => 2100 + 79 * index)
    const meetings = [...far, 2026].map(
      (year) => `UID:${year}\nDTSTART;TZID=Odd:${year}1101T090000\nDTEND;TZID=Odd:${year}1101T100000`,
    )
    expect(busy(meetings.join('\n\n'), 'UTC', rules)).toEqual(['2026-11-01T12:30:00Z/2026-11-01T13:30:00Z'])
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
  }, 20_000)

  // Each of these is a few kilobytes.
  it.each<[string, string]>([
    ['a rule that multiplies', event(`RRULE:FREQ=YEARLY;COUNT=99999;${everySecond};BYSETPOS=-1`)],
    ['many of them', event(`RRULE:FREQ=DAILY;COUNT=90;${everyMinute};BYSETPOS=-1`).repeat(40)],
    [
      'exceptions of one series that is there many times',
      event('RECURRENCE-ID:20261021T100000Z\n').repeat(1_000) + event('RRULE:FREQ=DAILY').repeat(1_000),
    ],
  ])(
    'of %s are given up within a bounded number of steps',
    (_, events) => {
      expect(() => busyIn(`BEGIN:VCALENDAR\r\n${events}END:VCALENDAR\r\n`)).toThrow('repeats too often')
    },
    20_000,
  )

  it('include one occurrence of a series that is elsewhere', () => {
    expect(
      busy(`
        UID:somebody-elses-series
        RECURRENCE-ID;TZID=Europe/Berlin:20261104T090000
        DTSTART;TZID=Europe/Berlin:20261104T100000
        DTEND;TZID=Europe/Berlin:20261104T110000

        UID:declined
        RECURRENCE-ID:20261105T090000Z
        DTSTART:20261105T090000Z
        DTEND:20261105T100000Z
        STATUS:CANCELLED`),
    ).toEqual(['2026-11-04T09:00:00Z/2026-11-04T10:00:00Z'])
  })

  it('include an exception to an occurrence that the rule no longer has', () => {
    expect(
      busy(`
        UID:shortened
        DTSTART:20261021T100000Z
        DTEND:20261021T110000Z
        RRULE:FREQ=DAILY;COUNT=2

        UID:shortened
        RECURRENCE-ID:20261030T100000Z
        DTSTART:20261030T120000Z
        DTEND:20261030T130000Z`),
    ).toEqual([
      '2026-10-21T10:00:00Z/2026-10-21T11:00:00Z',
      '2026-10-22T10:00:00Z/2026-10-22T11:00:00Z',
      '2026-10-30T12:00:00Z/2026-10-30T13:00:00Z',
    ])
  })

  it('end on the clock that the end names: a flight lands in another zone', () => {
    const flight = `
        UID:flight
        DTSTART;TZID=Europe/Berlin:20261020T120000
        DTEND;TZID=America/New_York:20261020T150000`
    expect(busy(flight)).toEqual(['2026-10-20T10:00:00Z/2026-10-20T19:00:00Z'])
    // The same elapsed time each week, also when the two zones change their clocks apart.
    expect(busy(`${flight}\n        RRULE:FREQ=WEEKLY;COUNT=2`).at(1)).toBe(
      '2026-10-27T11:00:00Z/2026-10-27T20:00:00Z',
    )
  })

  it('are what somebody else has worked out before, whatever kind of busy it is', () => {
    const published = `BEGIN:VFREEBUSY
      DTSTART:20261101T000000Z
      DTEND:20261130T000000Z
      FREEBUSY:20261101T080000Z/PT1H,20261102T080000Z/20261102T093000Z
      FREEBUSY;FBTYPE=BUSY:20261103T080000Z/PT1H
      FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261104T080000Z/PT1H
      FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261105T080000Z/PT1H
      FREEBUSY;FBTYPE=X-OUT-OF-OFFICE:20261106T080000Z/PT1H
      FREEBUSY;FBTYPE=FREE:20261107T080000Z/PT1H
      FREEBUSY:20270107T080000Z/PT1H
      END:VFREEBUSY\n`.replaceAll(/\n */g, '\r\n')
    expect(busyIn(`BEGIN:VCALENDAR\r\n${published}END:VCALENDAR\r\n`)).toEqual([
      '2026-11-01T08:00:00Z/2026-11-01T09:00:00Z',
      '2026-11-02T08:00:00Z/2026-11-02T09:30:00Z',
      '2026-11-03T08:00:00Z/2026-11-03T09:00:00Z',
      '2026-11-04T08:00:00Z/2026-11-04T09:00:00Z',
      '2026-11-05T08:00:00Z/2026-11-05T09:00:00Z',
      '2026-11-06T08:00:00Z/2026-11-06T09:00:00Z',
    ])
  })

  it('move on from an occurrence that says so for all that follow, which may be changed again', () => {
    expect(
      busy(`
        UID:moved-for-good
        DTSTART;TZID=Europe/Berlin:20250101T090000
        DTEND;TZID=Europe/Berlin:20250101T100000
        RRULE:FREQ=WEEKLY

        UID:moved-for-good
        RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261021T090000
        DTSTART;TZID=Europe/Berlin:20261022T140000
        DTEND;TZID=Europe/Berlin:20261022T143000

        UID:moved-for-good
        RECURRENCE-ID;TZID=Europe/Berlin:20261104T090000
        DTSTART;TZID=Europe/Berlin:20261104T070000
        DTEND;TZID=Europe/Berlin:20261104T080000

        UID:moved-for-good
        RECURRENCE-ID;RANGE=THISANDFUTURE:20261111T080000Z
        STATUS:CANCELLED`),
    ).toEqual([
      '2026-10-22T12:00:00Z/2026-10-22T12:30:00Z',
      '2026-10-29T13:00:00Z/2026-10-29T13:30:00Z',
      '2026-11-04T06:00:00Z/2026-11-04T07:00:00Z',
    ])
  })

  it('are still found where all that follow were moved by months', () => {
    const moved = (to: string) => `
        UID:far
        DTSTART:20260101T100000Z
        DTEND:20260101T110000Z
        RRULE:FREQ=YEARLY

        UID:far
        RECURRENCE-ID;RANGE=THISANDFUTURE:20250101T100000Z
        DTSTART:${to}T100000Z
        DTEND:${to}T110000Z`
    expect(busy(moved('20251101'))).toEqual(['2026-11-01T10:00:00Z/2026-11-01T11:00:00Z'])
    expect(busy(moved('20240901'))).toEqual([])
    expect(busy(moved('20241101'))).toEqual(['2026-11-01T10:00:00Z/2026-11-01T11:00:00Z'])
  })

  it('repeat on dates that are listed, at the same time, at another one, or for a period of their own', () => {
    expect(
      busy(`
        UID:listed
        DTSTART;TZID=Europe/Berlin:20261020T090000
        DURATION:PT30M
        RDATE;TZID=Europe/Berlin:20261026T090000,20261027T110000
        RDATE:20261028T120000Z
        RDATE;VALUE=DATE:20261029
        RDATE;VALUE=PERIOD:20261030T100000Z/20261030T120000Z,20261031T100000Z/PT3H
        EXDATE;TZID=Europe/Berlin:20261027T110000`),
    ).toEqual([
      '2026-10-20T07:00:00Z/2026-10-20T07:30:00Z',
      '2026-10-26T08:00:00Z/2026-10-26T08:30:00Z',
      '2026-10-28T12:00:00Z/2026-10-28T12:30:00Z',
      '2026-10-29T08:00:00Z/2026-10-29T08:30:00Z',
      '2026-10-30T10:00:00Z/2026-10-30T12:00:00Z',
      '2026-10-31T10:00:00Z/2026-10-31T13:00:00Z',
    ])
  })

  it.each([
    ['the same time in the same zone', 'EXDATE;TZID=Europe/Berlin:20261102T090000'],
    ['the same instant', 'EXDATE:20261102T080000Z'],
    ['the same time without a zone', 'EXDATE:20261102T090000'],
    ['its date', 'EXDATE;VALUE=DATE:20261102'],
    ['one of several', 'EXDATE;TZID=Europe/Berlin:20261030T090000,20261102T090000'],
  ])('leave out the occurrence that is excluded by %s', (_, line) => {
    expect(
      busy(`
        UID:daily
        DTSTART;TZID=Europe/Berlin:20261101T090000
        DTEND;TZID=Europe/Berlin:20261101T100000
        RRULE:FREQ=DAILY;COUNT=3
        ${line}`),
    ).toEqual(['2026-11-01T08:00:00Z/2026-11-01T09:00:00Z', '2026-11-03T08:00:00Z/2026-11-03T09:00:00Z'])
  })

  it.each([
    'EXDATE;VALUE=DATE:20261102',
    'EXDATE;TZID=Europe/Berlin:20261102T000000',
    'EXDATE:20261101T230000Z',
  ])('leave out the whole day that is excluded by %s', (line) => {
    expect(
      busy(`
        UID:days
        DTSTART;VALUE=DATE:20261101
        RRULE:FREQ=DAILY;COUNT=3
        ${line}`),
    ).toEqual(['2026-10-31T23:00:00Z/2026-11-01T23:00:00Z', '2026-11-02T23:00:00Z/2026-11-03T23:00:00Z'])
  })

  it.each([
    ['nothing, for a moment', 'DTSTART:20261104T100000Z', []],
    ['nothing, for a day', 'DTSTART;VALUE=DATE:20261104', ['2026-11-03T23:00:00Z/2026-11-04T23:00:00Z']],
    [
      'that day, for a day that ends on itself',
      'DTSTART;VALUE=DATE:20261104\nDTEND;VALUE=DATE:20261104',
      ['2026-11-03T23:00:00Z/2026-11-04T23:00:00Z'],
    ],
    ['before it begins', 'DTSTART:20261104T100000Z\nDTEND:20261104T090000Z', []],
    ['a negative duration', 'DTSTART:20261104T100000Z\nDURATION:-PT1H', []],
    [
      'a day on the clock, where one of 25 hours is',
      'DTSTART;TZID=Europe/Berlin:20261024T120000\nDURATION:P1D',
      ['2026-10-24T10:00:00Z/2026-10-25T11:00:00Z'],
    ],
    [
      'a day and an hour',
      'DTSTART;TZID=Europe/Berlin:20261024T120000\nDURATION:P1DT1H',
      ['2026-10-24T10:00:00Z/2026-10-25T12:00:00Z'],
    ],
    [
      '24 hours',
      'DTSTART;TZID=Europe/Berlin:20261024T120000\nDURATION:PT24H',
      ['2026-10-24T10:00:00Z/2026-10-25T10:00:00Z'],
    ],
    ['weeks', 'DTSTART;VALUE=DATE:20261101\nDURATION:P1W', ['2026-10-31T23:00:00Z/2026-11-07T23:00:00Z']],
  ])('last, with %s as their end', (_, lines, expected) => {
    expect(busy(`UID:length\n${lines}`)).toEqual(expected)
  })

  it('are those of the clock before a time that is left out, and the first of a time that comes twice', () => {
    expect(
      busyIn(
        calendar(`
        UID:gap
        DTSTART;TZID=Europe/Berlin:20270327T023000
        DTEND;TZID=Europe/Berlin:20270327T024500
        RRULE:FREQ=DAILY;COUNT=2`),
        'UTC',
        { start: window.start, end: Temporal.Instant.from('2027-04-01T00:00:00Z') },
      ),
    ).toEqual(['2027-03-27T01:30:00Z/2027-03-27T01:45:00Z', '2027-03-28T01:30:00Z/2027-03-28T01:45:00Z'])
    expect(
      busy(`
        UID:twice
        DTSTART;TZID=Europe/Berlin:20261025T023000
        DURATION:PT15M`),
    ).toEqual(['2026-10-25T00:30:00Z/2026-10-25T00:45:00Z'])
  })

  it.each([
    ['W. Europe Standard Time', '2026-10-27T08:00:00Z/2026-10-27T09:00:00Z'],
    ['Pacific Standard Time', '2026-10-27T16:00:00Z/2026-10-27T17:00:00Z'],
    ['tzone://Microsoft/Utc', '2026-10-27T09:00:00Z/2026-10-27T10:00:00Z'],
    ['Nobody knows', '2026-10-27T03:15:00Z/2026-10-27T04:15:00Z'],
  ])('in the zone %s, whose rules are not in the file, are known', (zone, expected) => {
    expect(
      busy(
        `
        UID:outlook
        DTSTART;TZID="${zone}":20261027T090000
        DTEND;TZID="${zone}":20261027T100000`,
        'Asia/Kathmandu',
      ),
    ).toEqual([expected])
  })

  it('follow the rules in the file also for recurrences and what changes them', () => {
    const rules = `BEGIN:VTIMEZONE
      TZID:Berlin of a colleague
      BEGIN:STANDARD
      DTSTART:16011028T030000
      RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
      TZOFFSETFROM:+0200
      TZOFFSETTO:+0100
      END:STANDARD
      BEGIN:DAYLIGHT
      DTSTART:16010325T020000
      RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
      TZOFFSETFROM:+0100
      TZOFFSETTO:+0200
      END:DAYLIGHT
      END:VTIMEZONE\n`.replaceAll(/\n */g, '\r\n')
    expect(
      busy(
        `
        UID:weekly
        DTSTART;TZID=Berlin of a colleague:20261022T090000
        DTEND;TZID=Berlin of a colleague:20261022T100000
        RRULE:FREQ=WEEKLY;UNTIL=20261112T080000Z

        UID:weekly
        RECURRENCE-ID;RANGE=THISANDFUTURE:20261105T080000Z
        DTSTART;TZID=Berlin of a colleague:20261105T110000
        DTEND;TZID=Berlin of a colleague:20261105T120000`,
        'UTC',
        rules,
      ),
    ).toEqual([
      '2026-10-22T07:00:00Z/2026-10-22T08:00:00Z',
      '2026-10-29T08:00:00Z/2026-10-29T09:00:00Z',
      '2026-11-05T10:00:00Z/2026-11-05T11:00:00Z',
      '2026-11-12T10:00:00Z/2026-11-12T11:00:00Z',
    ])
  })

  it.each([
    ['tentative', 'STATUS:TENTATIVE', 1],
    ['confirmed and free', 'STATUS:CONFIRMED\nTRANSP:TRANSPARENT', 0],
    ['free, in small letters', 'TRANSP:transparent', 0],
    ['free for Outlook', 'TRANSP:OPAQUE\nX-MICROSOFT-CDO-BUSYSTATUS:FREE', 0],
    ['working elsewhere', 'TRANSP:TRANSPARENT\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE', 0],
    ['tentative for Outlook', 'X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE', 1],
    ['out of office', 'TRANSP:TRANSPARENT\nX-MICROSOFT-CDO-BUSYSTATUS:OOF', 1],
    ['cancelled and busy', 'STATUS:CANCELLED\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY', 0],
  ])('of an event that is %s count as they should', (_, lines, count) => {
    expect(busy(`UID:status\nDTSTART:20261104T100000Z\nDTEND:20261104T110000Z\n${lines}`)).toHaveLength(count)
  })

  it.each([
    ['folded', (text: string) => text.replaceAll(/(.{20})(?=.)/g, '$1\r\n ')],
    ['folded with tabs', (text: string) => text.replaceAll(/(.{20})(?=.)/g, '$1\r\n\t')],
    ['with bare line feeds', (text: string) => text.replaceAll('\r\n', '\n')],
    ['with a byte order mark', (text: string) => `\uFEFF${text}`],
    ['with empty lines', (text: string) => `\r\n${text.replaceAll('END:VEVENT', '\r\nEND:VEVENT')}\r\n`],
    [
      'in small letters',
      (text: string) => text.replaceAll('DTSTART', 'dtstart').replaceAll('VEVENT', 'vevent'),
    ],
    ['twice, one calendar after the other', (text: string) => text + text],
  ])('are read from a text %s', (_, written) => {
    const text = calendar(`
      UID:text
      SUMMARY:Rückruf\\, mit einem Namen\\; länger als eine Zeile, und 漢字
      DTSTART;TZID=Europe/Berlin:20261104T090000
      DTEND;TZID=Europe/Berlin:20261104T100000`)
    expect(busyIn(written(text))).toEqual(['2026-11-04T08:00:00Z/2026-11-04T09:00:00Z'])
  })

  it('of a text that was damaged anywhere are refused or read, and nothing else happens', () => {
    const text = calendar(`
      UID:a
      DTSTART;TZID=Europe/Berlin:20261021T090000
      DTEND;TZID=Europe/Berlin:20261021T100000
      RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20271021T000000Z
      EXDATE;TZID=Europe/Berlin:20261130T090000
      RDATE;VALUE=PERIOD:20261030T100000Z/PT2H

      UID:a
      RECURRENCE-ID;TZID=Europe/Berlin:20261127T090000
      DTSTART;VALUE=DATE:20261127
      DURATION:P1D`)
    const damage = fc.record({
      at: fc.nat({ max: text.length - 1 }),
      length: fc.nat({ max: 12 }),
      by: fc.oneof(fc.string({ maxLength: 6 }), fc.stringMatching(/^[0-9TZ;:=,/-]{0,8}$/)),
    })
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        const damaged = damages.reduce(
          (damagedText, { at, length, by }) => damagedText.slice(0, at) + by + damagedText.slice(at + length),
          text,
        )
        try {
          readBusyTimes(damaged, window, 'Europe/Berlin')
        } catch (error) {
          expect(error).toBeInstanceOf(CalendarUnreadable)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('of rules that can never be met are none but the first, and of a rule that is none are refused', () => {
    const event = (rule: string) => `
      UID:impossible
      DTSTART:20261021T100000Z
      DTEND:20261021T110000Z
      RRULE:${rule}`
    for (const rule of [
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
      'FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31',
      'FREQ=YEARLY;BYYEARDAY=366;BYMONTH=3',
      'FREQ=WEEKLY;BYMONTHDAY=1;BYMONTH=2;UNTIL=20270101T000000Z',
      'FREQ=DAILY;BYSETPOS=2',
    ])
      expect(busy(event(rule))).toEqual(['2026-10-21T10:00:00Z/2026-10-21T11:00:00Z'])
    for (const rule of [
      'FREQ=YEARLY;BYMONTH=13',
      'FREQ=DAILY;BYHOUR=24',
      'FREQ=MONTHLY;BYDAY=0MO',
      'FREQ=FORTNIGHTLY',
    ])
      expect(() => busy(event(rule))).toThrow(CalendarUnreadable)
  })
})
