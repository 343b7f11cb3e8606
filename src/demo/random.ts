/** Chance that repeats: the same seed gives the same marketplace on every machine. */
export interface Random {
  /** From 0 up to, and without, 1. */
  next(): number
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** `count` different ones, in the order of chance. */
  sample<T>(items: readonly T[], count: number): T[]
}

/** mulberry32: 32 bits of state, quick, and good enough to look natural. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  const pick = <T>(items: readonly T[]): T => {
    const item = items[between(0, items.length - 1)]
    if (item === undefined) throw new RangeError('there is nothing to pick from')
    return item
  }
  return {
    next,
    between,
    pick,
    chance: (probability) => next() < probability,
    sample: (items, count) => {
      const left = [...items]
      return Array.from({ length: Math.min(count, left.length) }, () => {
        const [taken] = left.splice(between(0, left.length - 1), 1)
        return taken as (typeof left)[number]
      })
    },
  }
}

/** Draws from the items as from shuffled cards: none comes again before all have come. */
export function deckOf<T>(items: readonly T[], random: Random): () => T {
  let left: T[] = []
  return () => {
    if (left.length === 0) left = random.sample(items, items.length)
    const [drawn] = left.splice(0, 1)
    if (drawn === undefined) throw new RangeError('there is nothing to draw from')
    return drawn
  }
}
