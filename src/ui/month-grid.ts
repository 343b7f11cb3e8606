// Calendar arithmetic on plain dates ('2026-11-26') and months ('2026-11'). UTC stands for "no zone" here.

const DAY_MS = 86_400_000
const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10)

export const monthOf = (date: string) => date.slice(0, 7)

export function addDays(date: string, days: number): string {
  return dateOf(Date.parse(date) + days * DAY_MS)
}

export function addMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7)
}

/** The same day of another month, or its last day where there is none. */
export function sameDayOf(month: string, date: string): string {
  const wanted = addDays(`${month}-01`, Number(date.slice(8)) - 1)
  return monthOf(wanted) === month ? wanted : addDays(`${addMonths(month, 1)}-01`, -1)
}

/** 1 is Monday, 7 is Sunday. */
export function weekdayOf(date: string): number {
  return new Date(date).getUTCDay() || 7
}

/** Position of a date in its week, 0 to 6. */
export function columnOf(date: string, weekStart: number): number {
  return (weekdayOf(date) - weekStart + 7) % 7
}

/** The month as rows of seven; null where a neighbouring month would be. */
export function weeksOf(month: string, weekStart: number): (string | null)[][] {
  const first = `${month}-01`
  const cells: (string | null)[] = Array.from({ length: columnOf(first, weekStart) }, () => null)
  for (let date = first; monthOf(date) === month; date = addDays(date, 1)) cells.push(date)
  while (cells.length % 7 !== 0) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}
