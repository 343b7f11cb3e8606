const LENGTH_MAX = 80

/** "Café Zürich, 12 Main St." → "cafe-zurich-12-main-st". Never empty: `fallback` stands where no Latin letter is left. */
export function slugOf(name: string, fallback = 'provider'): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Diacritic}/gu, '')
    .replace(/['’]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LENGTH_MAX)
    .replace(/^-+|-+$/g, '')
  return plain === '' ? fallback : plain
}
