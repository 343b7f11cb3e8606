import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chargeStepOf } from '#src/kernel/charges.ts'
import { quotePrice } from '#src/modules/payments/index.ts'
import { CATEGORY_TREE, type CategoryNode } from './category-tree.ts'
import { boxesAround, distanceKm } from './geo-box.ts'
import { baseMaxFor } from './price-limit.ts'

const latitude = fc.double({ min: -90, max: 90, noNaN: true })
const longitude = fc.double({ min: -180, max: 180, noNaN: true })

describe('boxes around a point', () => {
  it('hold every point within the radius, over the date line and at the poles too', () => {
    fc.assert(
      fc.property(
        latitude,
        longitude,
        fc.double({ min: 0.1, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 6.28, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (lat, lng, radiusKm, bearing, share) => {
          const there = travel(lat, lng, radiusKm * share * 0.999999, bearing)
          expect(distanceKm({ latitude: lat, longitude: lng }, there)).toBeLessThanOrEqual(radiusKm)
          const margin = 1e-9
          const held = boxesAround(lat, lng, radiusKm).some(
            ({ south, west, north, east }) =>
              there.latitude >= south - margin &&
              there.latitude <= north + margin &&
              there.longitude >= west - margin &&
              there.longitude <= east + margin,
          )
          expect(held).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

function travel(lat: number, lng: number, km: number, bearing: number) {
  const angle = km / 6371.0088
  const [phi, lambda] = [(lat * Math.PI) / 180, (lng * Math.PI) / 180]
  const sine = Math.sin(phi) * Math.cos(angle) + Math.cos(phi) * Math.sin(angle) * Math.cos(bearing)
  const there = Math.asin(Math.min(1, Math.max(-1, sine)))
  const east =
    lambda +
    Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(phi),
      Math.cos(angle) - Math.sin(phi) * Math.sin(there),
    )
  const degrees = (east * 180) / Math.PI
  return { latitude: (there * 180) / Math.PI, longitude: ((((degrees + 180) % 360) + 360) % 360) - 180 }
}

describe('the highest base price within a total', () => {
  it('is within it, and the next one is not, in steps of what can be charged', () => {
    const fees = fc.record({
      platformFee: fc.integer({ min: 0, max: 5000 }),
      more: fc.integer({ min: 0, max: 5000 }),
    })
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10_000_000n }),
        fc.constantFrom('USD', 'JPY', 'KWD'),
        fees,
        (totalMax, currency, { platformFee, more }) => {
          const step = chargeStepOf(currency)
          const guestFee = platformFee + more
          const totalOf = (baseMinor: bigint) =>
            quotePrice({ currency, baseMinor, guest: true, platformFee, guestFee }).totalMinor
          const base = baseMaxFor(totalMax, step, totalOf)
          expect(base % step).toBe(0n)
          if (base > 0n) expect(totalOf(base)).toBeLessThanOrEqual(totalMax)
          expect(totalOf(base + step)).toBeGreaterThan(totalMax)
        },
      ),
    )
  })
})

describe('the tree of categories', () => {
  it('has three levels, and each id once', () => {
    const ids: string[] = []
    const visit = (nodes: readonly CategoryNode[], level: number) => {
      for (const [id, name, children = []] of nodes) {
        ids.push(id)
        expect(name).not.toBe('')
        expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
        if (level === 3) expect(children).toEqual([])
        else expect(children.length).toBeGreaterThan(0)
        visit(children, level + 1)
      }
    }
    visit(CATEGORY_TREE, 1)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
