import { Temporal } from '#src/kernel/time.ts'
import { say, Usage, type Given } from './command.ts'

export function oneOf<T extends string>(given: Given, name: string, allowed: readonly T[]): T | undefined {
  const value = given.option(name)
  if (value === undefined) return undefined
  const found = allowed.find((each) => each === value)
  if (!found) throw new Usage(`--${name} is one of ${allowed.join(', ')}.`)
  return found
}

export function wholeNumber(given: Given, name: string): number {
  const value = Number(given.option(name))
  if (!Number.isInteger(value) || value < 1) throw new Usage(`--${name} is a whole number from 1.`)
  return value
}

/** A day like 2026-11-01; undefined where it is not said. */
export function day(given: Given, name: string): Temporal.PlainDate | undefined {
  const value = given.option(name)
  if (value === undefined) return undefined
  try {
    return Temporal.PlainDate.from(value)
  } catch (error) {
    if (error instanceof RangeError) throw new Usage(`--${name} is a day like 2026-11-01.`)
    throw error
  }
}

/** Columns one under the other; the last one as long as it is. */
export function sayTable(rows: readonly (readonly string[])[], none: string): void {
  if (rows.length === 0) return say(none)
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  for (const row of rows)
    say(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}
