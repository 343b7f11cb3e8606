import { expect, it } from 'vitest'
import { publicName } from './public-name.ts'

it.each([
  ['Ana Maria Silva', 'Ana S.'],
  ['  Bo  ', 'Bo'],
  ['Jo åberg', 'Jo Å.'],
  ['', 'A customer'],
  ['jo@example.test', 'A customer'],
])('the public name of "%s" is "%s"', (name, shown) => expect(publicName(name)).toBe(shown))
