const MINUTE_MS = 60_000

/** "5 h 20 min", "2 days 3 h", "less than a minute" */
export function sayLeft(untilIso: string, nowIso: string): string {
  const minutes = Math.floor((Date.parse(untilIso) - Date.parse(nowIso)) / MINUTE_MS)
  if (minutes < 1) return 'less than a minute'
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  const rest = minutes % 60
  if (days > 0) return `${days} ${days === 1 ? 'day' : 'days'}${hours > 0 ? ` ${hours} h` : ''}`
  if (hours > 0) return `${hours} h${rest > 0 ? ` ${rest} min` : ''}`
  return `${rest} min`
}
