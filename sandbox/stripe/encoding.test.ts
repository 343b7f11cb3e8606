import { describe, expect, test } from 'vitest'
import { canonicalForm, decodeForm } from './encoding.ts'

describe('form encoding', () => {
  test('brackets nest and numbers make arrays, in numeric order', () => {
    const text =
      'line_items[1][quantity]=2&line_items[0][quantity]=1&metadata[a%20b]=c+d&expand[]=x&expand[]=y'
    expect(JSON.parse(JSON.stringify(decodeForm(text)))).toEqual({
      line_items: [{ quantity: '1' }, { quantity: '2' }],
      metadata: { 'a b': 'c d' },
      expand: ['x', 'y'],
    })
  })

  test('a key named after the prototype is only a key', () => {
    const form = decodeForm('__proto__[polluted]=1&metadata[constructor]=x')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.keys(form)).toEqual(['__proto__', 'metadata'])
  })

  test('the order of parameters does not change what they mean', () => {
    expect(canonicalForm(decodeForm('a=1&b[c]=2&b[d]=3'))).toBe(
      canonicalForm(decodeForm('b[d]=3&a=1&b[c]=2')),
    )
    expect(canonicalForm(decodeForm('a=1'))).not.toBe(canonicalForm(decodeForm('a=2')))
  })

  test('hostile nesting and broken escapes are read without trouble', () => {
    const deep = `a${'[b]'.repeat(500)}=1&c=%E0%A4%A`
    expect(decodeForm(deep)['c']).toBe('%E0%A4%A')
  })
})
