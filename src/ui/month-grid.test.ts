import { describe, expect, it } from 'vitest'
import { addDays, addMonths, columnOf, sameDayOf, weeksOf } from './month-grid.ts'

describe('the month as a grid', () => {
  it('puts every day of the month in its own cell, under its weekday', () => {
    for (const weekStart of [1, 6, 7]) {
      for (let month = '2026-01'; month < '2029-01'; month = addMonths(month, 1)) {
        const weeks = weeksOf(month, weekStart)
        const days = weeks.flat().filter((date) => date !== null)
        expect(days[0]).toBe(`${month}-01`)
        expect(addDays(days.at(-1) ?? '', 1)).toBe(`${addMonths(month, 1)}-01`)
        for (const week of weeks) {
          expect(week).toHaveLength(7)
          week.forEach((date, column) => date && expect(columnOf(date, weekStart)).toBe(column))
        }
      }
    }
  })

  it('falls back to the last day where the other month is shorter', () => {
    expect(sameDayOf('2027-02', '2027-01-31')).toBe('2027-02-28')
    expect(sameDayOf('2028-02', '2028-01-30')).toBe('2028-02-29')
    expect(sameDayOf('2026-12', '2026-11-26')).toBe('2026-12-26')
  })
})
