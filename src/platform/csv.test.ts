import { describe, expect, it } from 'vitest'
import { csvOf } from './csv.ts'

describe('a table for spreadsheets', () => {
  it('keeps commas, quotes and lines inside their cell', () => {
    expect(
      csvOf([
        ['a', 'b,c'],
        ['say "x"', 'two\nlines'],
      ]),
    ).toBe('a,"b,c"\r\n"say ""x""","two\nlines"\r\n')
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '=HYPERLINK("http://evil.test")'])(
    'never runs %j as a formula',
    (text) => {
      expect(csvOf([[text]]).replace(/^"/, '')).toMatch(/^'/)
    },
  )
})
