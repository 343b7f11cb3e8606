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
