import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { calendarFile, type CalendarReader } from './calendar-file.ts'
import { SAMPLE_BOOKING } from './preview-mails.ts'

const APP = 'https://ecosystem.test:3000'
const READER: CalendarReader = {
  audience: 'guest',
  attendeeEmail: 'jonas@example.com',
  organizer: 'Ecosystem <hello@ecosystem.test>',
  manageUrl: `${APP}/manage/a.b`,
}

interface Property {
  readonly name: string
  readonly parameters: string
  readonly value: string
}

/** An independent reading of RFC 5545: unfolds, splits, unescapes; refuses what is not a content line. */
function parse(file: string): Property[] {
  expect(file).not.toMatch(/(?<!\r)\n|\r(?!\n)/)
  for (const line of file.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
  const lines = file
    .replace(/\r\n[ \t]/g, '')
    .split('\r\n')
    .filter((line) => line !== '')
  return lines.map((line) => {
    const match = /^([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*):(.*)$/su.exec(line)
    expect(match, `a content line: ${line}`).not.toBeNull()
    const value = (match?.[3] ?? '').replace(/\\([\\;,nN])/g, (_, letter: string) =>
      letter.toLowerCase() === 'n' ? '\n' : letter,
    )
    return { name: match?.[1] ?? '', parameters: match?.[2] ?? '', value }
  })
}

const valueOf = (properties: Property[], name: string) =>
  properties.find((property) => property.name === name)?.value

describe('the calendar file', () => {
  test('an invitation names one event, its sequence, both people and the link', () => {
    const properties = parse(calendarFile({ ...SAMPLE_BOOKING, calendarSequence: 3 }, 'REQUEST', APP, READER))
    expect(valueOf(properties, 'METHOD')).toBe('REQUEST')
    expect(valueOf(properties, 'UID')).toBe(`${SAMPLE_BOOKING.bookingId}@ecosystem.test`)
    expect(valueOf(properties, 'SEQUENCE')).toBe('3')
    expect(valueOf(properties, 'DTSTART')).toBe('20261126T190000Z')
    expect(valueOf(properties, 'DTEND')).toBe('20261126T200000Z')
    expect(valueOf(properties, 'DTSTAMP')).toMatch(/^\d{8}T\d{6}Z$/)
    expect(valueOf(properties, 'STATUS')).toBe('CONFIRMED')
    expect(valueOf(properties, 'SUMMARY')).toBe('Deep tissue massage, 60 min with Ana Moreira Massage')
    expect(valueOf(properties, 'LOCATION')).toBe('212 East 9th Street, New York, NY 10003')
    expect(valueOf(properties, 'ORGANIZER')?.toLowerCase()).toBe('mailto:hello@ecosystem.test')
    expect(valueOf(properties, 'ATTENDEE')?.toLowerCase()).toBe('mailto:jonas@example.com')
    expect(valueOf(properties, 'DESCRIPTION')).toContain('Thu, Nov 26, 2026, 2:00 PM (EST, UTC−5, New York)')
    expect(valueOf(properties, 'DESCRIPTION')).toContain(`Manage: ${READER.manageUrl}`)
  })

  test('a cancellation removes the same event', () => {
    const properties = parse(
      calendarFile({ ...SAMPLE_BOOKING, state: 'cancelled', calendarSequence: 4 }, 'CANCEL', APP, READER),
    )
    expect(valueOf(properties, 'METHOD')).toBe('CANCEL')
    expect(valueOf(properties, 'STATUS')).toBe('CANCELLED')
    expect(valueOf(properties, 'UID')).toBe(`${SAMPLE_BOOKING.bookingId}@ecosystem.test`)
    expect(valueOf(properties, 'SEQUENCE')).toBe('4')
  })

  test('a download names nobody', () => {
    const names = parse(calendarFile(SAMPLE_BOOKING, 'PUBLISH', APP)).map(({ name }) => name)
    expect(names).not.toContain('ATTENDEE')
    expect(names).not.toContain('ORGANIZER')
  })

  test('an address that is none is left out and not written', () => {
    const file = calendarFile(SAMPLE_BOOKING, 'REQUEST', APP, {
      ...READER,
      attendeeEmail: 'a@b.test\r\nX-EVIL:1',
    })
    expect(parse(file).map(({ name }) => name)).not.toContain('ATTENDEE')
    expect(file).not.toContain('EVIL')
  })

  test('whatever people typed, it is one event that is equal to the booking', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc
        .array(
          fc.constantFrom(
            '\r',
            '\n',
            '\r\n',
            '\u2028',
            'BEGIN:VALARM',
            'END:VEVENT',
            ';TZID=',
            ':',
            ',',
            '\\',
            '\\n',
            '"',
            '^n',
            'é',
            '👩🏽‍🚀',
            ' ',
          ),
        )
        .map((parts) => parts.join('')),
    )
    const instants = fc.integer({ min: 1_767_225_600, max: 1_900_000_000 })
    fc.assert(
      fc.property(
        nasty,
        nasty,
        nasty,
        nasty,
        instants,
        fc.constantFrom('REQUEST', 'CANCEL', 'PUBLISH'),
        (service, provider, customer, address, seconds, method) => {
          const startsAt = Temporal.Instant.fromEpochMilliseconds(seconds * 1_000)
          const facts = {
            ...SAMPLE_BOOKING,
            serviceName: service,
            provider: { ...SAMPLE_BOOKING.provider, name: provider },
            customer: { ...SAMPLE_BOOKING.customer, name: customer },
            address,
            startsAt,
            endsAt: startsAt.add({ minutes: 45 }),
          }
          const properties = parse(calendarFile(facts, method, APP, { ...READER, audience: 'provider' }))
          const names = properties.map(({ name }) => name)
          expect(names.filter((name) => name === 'BEGIN' || name === 'END')).toHaveLength(4)
          for (const name of ['UID', 'DTSTART', 'DTEND', 'SUMMARY', 'SEQUENCE'])
            expect(names.filter((each) => each === name)).toHaveLength(1)
          const compact = startsAt.toString().replace(/[-:]/g, '')
          expect(valueOf(properties, 'DTSTART')).toBe(compact)
          expect(valueOf(properties, 'SUMMARY')).not.toMatch(/[\r\n]/)
        },
      ),
      { numRuns: 400 },
    )
  })
})
