'use client'

import { useRouter } from 'next/navigation'
import { useState, useSyncExternalStore, type FormEvent } from 'react'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { Field, Select } from '#src/ui/field.tsx'
import { textOf } from '../form-values.ts'
import type { Choice } from '../places.ts'
import { SaveBar } from '../save-bar.tsx'
import { useSave } from '../use-save.ts'

const LABELS = { name: 'Name', country: 'Country', timeZone: 'Time zone', currency: 'Currency' }

export function NewProviderForm({
  countries,
  timeZones,
  currencies,
}: {
  countries: readonly Choice[]
  timeZones: readonly Choice[]
  /** The usual one first. */
  currencies: readonly Choice[]
}) {
  const router = useRouter()
  const form = useSave(LABELS)
  const guess = useDevicesGuess(countries, timeZones)
  const [chosenZone, setZone] = useState<string | null>(null)
  const [chosenCountry, setCountry] = useState<string | null>(null)
  const zone = chosenZone ?? guess.zone
  const country = chosenCountry ?? guess.country

  async function begin(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const name = textOf(data, 'name')
    if (!name) return form.refuse([{ field: 'name', message: 'Give the name that customers will see.' }])
    if (!country) return form.refuse([{ field: 'country', message: 'Choose your country.' }])
    if (!zone) return form.refuse([{ field: 'timeZone', message: 'Choose your time zone.' }])
    const made = await form.save<{ slug: string }>('POST', '/api/v1/my/providers', {
      name,
      country,
      timeZone: zone,
      currency: textOf(data, 'currency') || undefined,
    })
    if (made) router.push(`/provider/${made.slug}/setup`)
  }

  return (
    <form noValidate onSubmit={(event) => void begin(event)} className="flex flex-col gap-5">
      <ErrorSummary errors={form.errors} reference={form.reference} />
      <Field
        name="name"
        label="Name"
        hint="Yours, or that of your business"
        maxLength={120}
        autoComplete="organization"
        error={form.errorOf('name')}
      />
      <Select
        name="country"
        label="Country"
        value={country}
        onChange={(event) => setCountry(event.target.value)}
        error={form.errorOf('country')}
      >
        <option value="">Choose…</option>
        {countries.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      <Select
        name="timeZone"
        label="Time zone"
        hint="Your hours are in this zone, daylight saving included"
        value={zone}
        onChange={(event) => setZone(event.target.value)}
        error={form.errorOf('timeZone')}
      >
        <option value="">Choose…</option>
        {timeZones.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      {currencies.length > 1 && (
        <Select
          name="currency"
          label="Currency"
          hint="All your prices are in it; it cannot be changed later"
          error={form.errorOf('currency')}
        >
          {currencies.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      )}
      <SaveBar label="Begin" busy={form.busy} saved={false} />
    </form>
  )
}

const never = () => () => {}

/** A good first guess, known once the page runs in the browser: the device knows both. */
function useDevicesGuess(
  countries: readonly Choice[],
  timeZones: readonly Choice[],
): { zone: string; country: string } {
  const hydrated = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  if (!hydrated) return { zone: '', country: '' }
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const region = new Intl.Locale(navigator.language).maximize().region
  return {
    zone: timeZones.find(({ value }) => value === timeZone)?.value ?? '',
    country: countries.find(({ value }) => value === region)?.value ?? '',
  }
}
