import { describe, expect, it } from 'vitest'
import { sameSitePath } from './same-site-path.ts'

describe('where signing in leads', () => {
  it('is a page of this site', () => {
    expect(sameSitePath('/checkout/1?key=a.b#pay', '/dashboard')).toBe('/checkout/1?key=a.b#pay')
  })

  it.each([
    undefined,
    '',
    'dashboard',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
  ])('is the fallback for %j', (given) => {
    expect(sameSitePath(given, '/dashboard')).toBe('/dashboard')
  })
})
