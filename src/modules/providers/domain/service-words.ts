import { fromDecimalString, type Currency } from '#src/kernel/money.ts'

export interface ServiceWords {
  readonly name: string
  readonly durationMinutes: number
  readonly priceMinor: bigint
}

export type ReadServiceWords =
  | { readonly understood: true; readonly services: readonly ServiceWords[] }
  | { readonly understood: false; readonly problem: string }

/** Reads "Haircut:30:45.00; Wash & cut:45:60". */
export function readServiceWords(words: string, currency: Currency): ReadServiceWords {
  const services: ServiceWords[] = []
  for (const part of words.split(';').map((each) => each.trim())) {
    if (part === '') continue
    const match = /^(.{1,120}):\s*(\d{1,4})\s*:\s*([\d.]+)$/.exec(part)
    const price = match?.[3] === undefined ? null : fromDecimalString(match[3], currency)
    const durationMinutes = Number(match?.[2])
    if (!match?.[1] || !price || price.amountMinor <= 0n || durationMinutes < 5 || durationMinutes > 1440) {
      return {
        understood: false,
        problem: `"${part}" is not a service like "Haircut:30:45.00" (name:minutes:price)`,
      }
    }
    services.push({ name: match[1].trim(), durationMinutes, priceMinor: price.amountMinor })
  }
  return { understood: true, services }
}
