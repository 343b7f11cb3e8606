import { describe, expect, it } from 'vitest'
import { askedSearch } from './search-query.ts'

const known = { today: '2026-11-26', isCategory: (id: string) => id === 'massage' }
const problemsOf = (given: Record<string, string>) => Object.keys(askedSearch(given, known).problems)

describe('a search that makes no sense in part', () => {
  it.each([
    ['a price in words', { priceMax: 'abc' }, ['priceMax']],
    ['a day gone by', { date: '2026-11-25' }, ['date']],
    ['a day that does not exist', { date: '2026-02-30' }, ['date']],
    [
      'times the wrong way round',
      { date: '2026-12-01', timeFrom: '18:00', timeUntil: '09:00' },
      ['timeUntil'],
    ],
    ['a category nobody knows', { categoryId: 'nowhere' }, ['categoryId']],
    ['nothing', {}, []],
    [
      'all that can be asked',
      { date: '2026-11-26', timeFrom: '09:00', timeUntil: '18:00', priceMax: '79.50', categoryId: 'massage' },
      [],
    ],
  ])('says so of %s', (_, given, fields) => {
    expect(problemsOf(given)).toEqual(fields)
  })

  it('is run without that part', () => {
    const { query } = askedSearch(
      { text: 'piano', date: '2026-11-25', categoryId: 'nowhere', priceMax: 'abc' },
      known,
    )
    expect(query).toMatchObject({ text: 'piano' })
    expect([query.date, query.categoryId, query.priceMax]).toEqual([undefined, undefined, undefined])
  })
})
