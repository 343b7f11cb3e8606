/** Text of a field, trimmed; "" where there is none. */
export function textOf(data: FormData, name: string): string {
  const value = data.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

export function textOrNull(data: FormData, name: string): string | null {
  return textOf(data, name) || null
}

/** A number, or null for an empty field or one that is none. */
export function numberOf(data: FormData, name: string): number | null {
  const text = textOf(data, name)
  const number = Number(text)
  return text === '' || Number.isNaN(number) ? null : number
}
