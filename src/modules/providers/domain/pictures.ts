// The pictures that come with the product, three of each kind. They are drawn for it, so everybody may show them.

export const PICTURE_KINDS = [
  ...['barber', 'bicycle', 'cars', 'cleaning', 'coaching', 'counselling', 'dogs', 'grooming', 'hair'],
  ...['handyman', 'languages', 'massage', 'maths', 'meditation', 'music', 'nails', 'photo', 'physio'],
  ...['pilates', 'pottery', 'skin', 'tax', 'training', 'yoga'],
] as const

const OF_EACH = [1, 2, 3]

export function picturesOf(kind: string): string[] {
  return OF_EACH.map((number) => `/photos/${kind}-${number}.svg`)
}

const SHIPPED = new Set(PICTURE_KINDS.flatMap(picturesOf))

export function isShippedPicture(path: string): boolean {
  return SHIPPED.has(path)
}

// By the second level of the categories; what is not named here has no picture that would be true of it.
const KIND_OF_CATEGORY: Readonly<Record<string, (typeof PICTURE_KINDS)[number]>> = {
  ...{
    hair: 'hair',
    barber: 'barber',
    nails: 'nails',
    skin: 'skin',
    massage: 'massage',
    bodywork: 'massage',
  },
  ...{ mind: 'meditation', 'personal-training': 'training', yoga: 'yoga', pilates: 'pilates' },
  ...{ physiotherapy: 'physio', osteopathy: 'physio', counselling: 'counselling', music: 'music' },
  ...{ languages: 'languages', school: 'maths', cleaning: 'cleaning', handyman: 'handyman' },
  ...{ grooming: 'grooming', 'dog-training': 'dogs', 'pet-care': 'dogs', photography: 'photo' },
  ...{
    workshops: 'pottery',
    coaching: 'coaching',
    tax: 'tax',
    legal: 'tax',
    bicycles: 'bicycle',
    cars: 'cars',
  },
}

/** A picture to begin with, by the path of a category from the root; none where none fits. */
export function picturesFor(categoryPath: readonly string[]): string[] {
  const kind = categoryPath.map((id) => KIND_OF_CATEGORY[id]).find((found) => found !== undefined)
  return kind ? picturesOf(kind).slice(0, 1) : []
}
