/** "Ana Maria Silva" → "Ana S.": enough to be a person, too little to be found. */
export function publicName(name: string): string {
  const [first = '', ...rest] = name.trim().split(/\s+/)
  if (first === '' || first.includes('@')) return 'A customer'
  const initial = [...(rest.at(-1) ?? '')][0]
  return initial === undefined ? first : `${first} ${initial.toUpperCase()}.`
}
