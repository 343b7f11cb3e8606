import { sql, type SQL } from 'drizzle-orm'

/** What ranking looks at, as SQL expressions over one provider of the result. */
export interface RankingFacts {
  /** 0 to 1: how well the words fit; 1 without words. */
  readonly textFit: SQL
  readonly bookable: SQL
  readonly ratingSum: SQL
  readonly ratingCount: SQL
  /** 0 to 1: 1 is here, 0 the edge of the circle; null without a place. */
  readonly closeness: SQL | null
}

// A provider without reviews stands as if five people had said 4: one single 5 does not outrank a hundred that say 4.8.
const PRIOR_COUNT = 5
const PRIOR_RATING = 4

/**
 * The rating in thousandths, pulled towards the prior while there are few reviews. In double precision, to the same whole number:
 * numeric divisions were a quarter of a search.
 */
export function ratingSql(facts: Pick<RankingFacts, 'ratingSum' | 'ratingCount'>): SQL {
  return sql`floor(1000::float8 * (${facts.ratingSum} + ${PRIOR_COUNT * PRIOR_RATING}::int) / (${facts.ratingCount} + ${PRIOR_COUNT}::int) + 0.5)::int`
}

/**
 * The one definition of relevance, in points of 100, times 1000 to be a whole number that a cursor can carry:
 *
 * - 40 for the words: all of them in the provider's name count most, then in a service, then in its category.
 * - 30 when the provider can be booked now.
 * - 20 for the rating, from nothing at 3 stars to all at 5.
 * - 10 for being near, where a place was asked for.
 *
 * Nothing is bought, nothing is random and nothing depends on who asks. Equal points are ordered by id.
 */
export function relevanceSql(facts: RankingFacts): SQL {
  const rating = sql`least(1, greatest(0, (${ratingSql(facts)} - 3000) / 2000::float8))`
  const closeness = facts.closeness ?? sql`0`
  return sql`round(1000::float8 * (40 * (${facts.textFit})::float8 + 30 * (case when ${facts.bookable} then 1 else 0 end)
    + 20 * ${rating} + 10 * (${closeness})))::int`
}
