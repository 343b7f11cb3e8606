import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { detectMapping, readField } from './import-mapping.ts'
import { onboardingSteps, openPointsBeforeGoLive, type OnboardingFacts } from './onboarding.ts'
import { isShippedPicture, PICTURE_KINDS, picturesFor, picturesOf } from './pictures.ts'
import { readServiceWords } from './service-words.ts'
import { slugOf } from './slug.ts'

describe('slugs', () => {
  it.each([
    ['Café Zürich, 12 Main St.', 'cafe-zurich-12-main-st'],
    ["Pat’s & Jo's", 'pats-jos'],
    ['--', 'provider'],
    ['東京', 'provider'],
    ['a'.repeat(79) + ' b', 'a'.repeat(79)],
  ])('%s is %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug)
    expect(slugOf(name)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  })
})

describe('pictures', () => {
  it('are those that are there', () => {
    const there = fs.readdirSync('public/photos').map((file) => `/photos/${file}`)
    expect(PICTURE_KINDS.flatMap(picturesOf).toSorted()).toEqual(there.toSorted())
    expect(isShippedPicture('/photos/hair-2.svg')).toBe(true)
    for (const path of ['/photos/hair-4.svg', '/photos/../icon.svg', 'https://elsewhere.test/hair-1.svg', ''])
      expect(isShippedPicture(path)).toBe(false)
  })
})

describe('the picture to begin with', () => {
  it('is one of the trade, and none where none would be true', () => {
    expect(picturesFor(['beauty', 'hair', 'haircut'])).toEqual(['/photos/hair-1.svg'])
    expect(picturesFor(['home', 'gardening'])).toEqual([])
    expect(picturesFor([])).toEqual([])
  })
})

describe('the mapping of a file', () => {
  it('is found from the usual names, nested and flat, and what is given counts more', () => {
    expect(
      detectMapping({
        'Business Name': 'x',
        Street: 'x',
        ZIP: 'x',
        location: { lat: 1, lng: 2 },
        Mon: 'x',
        'Hours Tuesday': 'x',
      }),
    ).toEqual({
      ...{
        name: 'Business Name',
        addressLine: 'Street',
        postalCode: 'ZIP',
        latitude: 'location.lat',
        longitude: 'location.lng',
      },
      ...{ monday: 'Mon', tuesday: 'Hours Tuesday' },
    })
    expect(detectMapping({ name: 'x', title: 'y' }, { name: 'title' })).toEqual({ name: 'title' })
  })

  it('reads columns, paths and sentences, and nothing where there is nothing', () => {
    const row = { street: ' 1  Main\tSt ', hours: { Monday: '9-5' }, 'a.b': 7, list: [1] }
    expect(readField(row, 'street')).toBe('1 Main St')
    expect(readField(row, 'hours.Monday')).toBe('9-5')
    expect(readField(row, 'a.b')).toBe('7')
    expect(readField(row, 'Salon, {street} ({hours.Monday})')).toBe('Salon, 1 Main St (9-5)')
    for (const entry of [undefined, 'nothing', 'hours', 'list', 'street.length', '__proto__'])
      expect(readField(row, entry)).toBe('')
  })
})

describe('services in words', () => {
  it('are a name, minutes and a price', () => {
    expect(readServiceWords('Haircut:30:45.00; Wash: cut :60:80;', 'USD')).toEqual({
      understood: true,
      services: [
        { name: 'Haircut', durationMinutes: 30, priceMinor: 4500n },
        { name: 'Wash: cut', durationMinutes: 60, priceMinor: 8000n },
      ],
    })
    expect(readServiceWords('Taglio:30:1500', 'JPY')).toMatchObject({ services: [{ priceMinor: 1500n }] })
    for (const words of [
      'Haircut',
      'Haircut:30',
      ':30:45',
      'Haircut:4:45',
      'Haircut:30:0',
      'Haircut:30:45.001',
    ]) {
      expect(readServiceWords(words, 'USD')).toMatchObject({ understood: false })
    }
  })
})

describe('onboarding', () => {
  const ready: OnboardingFacts = {
    ...{
      status: 'draft',
      headline: 'We cut',
      city: 'Oslo',
      hasCoordinates: true,
      activeServiceCount: 1,
      onSiteServiceCount: 1,
    },
    ...{
      openingRuleCount: 5,
      hasPayoutAccount: true,
      payoutAccountReady: true,
      payoutAccountRequirements: [],
    },
  }
  const openIn = (facts: Partial<OnboardingFacts>) =>
    onboardingSteps({ ...ready, ...facts }).flatMap(({ open }) => open.map(({ code }) => code))

  it.each<[string, Partial<OnboardingFacts>, string[]]>([
    ['nothing but publishing when all is there', {}, ['unpublished']],
    ['nothing when live', { status: 'live' }, []],
    ['a headline', { headline: '' }, ['headline', 'unpublished']],
    ['an address, for services on site', { city: '' }, ['address', 'unpublished']],
    ['the position of a town we do not know', { hasCoordinates: false }, ['position', 'unpublished']],
    [
      'no address when all is online',
      { city: '', hasCoordinates: false, onSiteServiceCount: 0 },
      ['unpublished'],
    ],
    ['a service', { activeServiceCount: 0, onSiteServiceCount: 0 }, ['service', 'unpublished']],
    ['hours', { openingRuleCount: 0 }, ['hours', 'unpublished']],
    [
      'a payout account',
      { hasPayoutAccount: false, payoutAccountReady: false },
      ['payout_account', 'unpublished'],
    ],
    [
      'the rest of the payout account',
      { payoutAccountReady: false, payoutAccountRequirements: ['a', 'b'] },
      ['payout_requirements', 'unpublished'],
    ],
    ['the reason of a suspension', { status: 'suspended' }, ['suspended']],
  ])('asks for %s', (_, facts, open) => {
    expect(openIn(facts)).toEqual(open)
  })

  it('lets a page be seen before it can be paid, and not before it has something to show', () => {
    const openBefore = (facts: Partial<OnboardingFacts>) =>
      openPointsBeforeGoLive(onboardingSteps({ ...ready, ...facts })).length
    expect(openBefore({ hasPayoutAccount: false, payoutAccountReady: false })).toBe(0)
    expect(openBefore({ openingRuleCount: 0 })).toBe(1)
  })
})
