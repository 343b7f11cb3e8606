import { isCurrency, type Currency } from '#src/kernel/money.ts'
import { assert } from '#src/kernel/assert.ts'
import type { CategoryView } from '#src/modules/catalog/reads.ts'
import type { Choice } from '../../../places.ts'

/** Categories in the order of the tree, each with its ancestors: "Wellness, Massage". */
export function categoryChoices(
  categories: readonly CategoryView[],
  above: readonly string[] = [],
): Choice[] {
  return categories.flatMap(({ id, name, children }) => {
    const names = [...above, name]
    return [{ value: id, label: names.join(', ') }, ...categoryChoices(children, names)]
  })
}

export function currencyOf(code: string): Currency {
  assert(isCurrency(code), 'a provider has a known currency')
  return code
}
