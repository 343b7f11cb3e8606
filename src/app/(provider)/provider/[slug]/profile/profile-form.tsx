'use client'

import { useRouter } from 'next/navigation'
import { useRef, useState, type FormEvent } from 'react'
import type { OwnProviderView } from '#src/modules/providers/reads.ts'
import { Button } from '#src/ui/button.tsx'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { Field, Select, TextArea } from '#src/ui/field.tsx'
import { PinIcon } from '#src/ui/icons.tsx'
import { numberOf, textOf, textOrNull } from '../../../form-values.ts'
import type { Choice } from '../../../places.ts'
import { SaveBar } from '../../../save-bar.tsx'
import { useSave } from '../../../use-save.ts'

const LABELS = {
  name: 'Name',
  headline: 'In one line',
  description: 'About you',
  addressLine: 'Street and number',
  city: 'Town',
  region: 'Region',
  postalCode: 'Postcode',
  country: 'Country',
  timeZone: 'Time zone',
  latitude: 'Latitude',
  longitude: 'Longitude',
  contactEmail: 'Mail address',
  contactPhone: 'Phone',
}

export interface ProfileFormProps {
  provider: OwnProviderView
  countries: readonly Choice[]
  timeZones: readonly Choice[]
}

export function ProfileForm({ provider, countries, timeZones }: ProfileFormProps) {
  const router = useRouter()
  const save = useSave(LABELS)
  const form = useRef<HTMLFormElement>(null)
  const [zone, setZone] = useState(provider.timeZone)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    if (!textOf(data, 'name'))
      return save.refuse([{ field: 'name', message: 'Give the name that customers will see.' }])
    const done = await save.save('PATCH', `/api/v1/my/providers/${provider.id}`, {
      name: textOf(data, 'name'),
      headline: textOf(data, 'headline'),
      description: textOf(data, 'description'),
      addressLine: textOf(data, 'addressLine'),
      city: textOf(data, 'city'),
      region: textOf(data, 'region'),
      postalCode: textOf(data, 'postalCode'),
      country: textOf(data, 'country'),
      timeZone: zone,
      latitude: numberOf(data, 'latitude'),
      longitude: numberOf(data, 'longitude'),
      contactEmail: textOrNull(data, 'contactEmail'),
      contactPhone: textOrNull(data, 'contactPhone'),
    })
    if (done) router.refresh()
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => void submit(event)}
      onChange={save.touch}
      className="flex flex-col gap-5"
    >
      <ErrorSummary errors={save.errors} reference={save.reference} />
      <Field
        name="name"
        label="Name"
        maxLength={120}
        defaultValue={provider.name}
        error={save.errorOf('name')}
      />
      <Field
        name="headline"
        label="In one line"
        hint="What you offer, as you would say it"
        maxLength={160}
        optional
        defaultValue={provider.headline}
        error={save.errorOf('headline')}
      />
      <TextArea
        name="description"
        label="About you"
        rows={6}
        maxLength={4000}
        optional
        defaultValue={provider.description}
        error={save.errorOf('description')}
      />
      <fieldset className="flex flex-col gap-5">
        <legend className="mb-3 text-lg font-semibold">Where</legend>
        <Field
          name="addressLine"
          label="Street and number"
          optional
          autoComplete="street-address"
          defaultValue={provider.addressLine}
          error={save.errorOf('addressLine')}
        />
        <div className="grid gap-5 sm:grid-cols-2">
          <Field
            name="city"
            label="Town"
            optional
            autoComplete="address-level2"
            defaultValue={provider.city}
            error={save.errorOf('city')}
          />
          <Field
            name="postalCode"
            label="Postcode"
            optional
            autoComplete="postal-code"
            defaultValue={provider.postalCode}
            error={save.errorOf('postalCode')}
          />
          <Field
            name="region"
            label="Region"
            optional
            autoComplete="address-level1"
            defaultValue={provider.region}
            error={save.errorOf('region')}
          />
          <Select
            name="country"
            label="Country"
            defaultValue={provider.country}
            error={save.errorOf('country')}
          >
            {countries.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </div>
        <Position provider={provider} errorOf={save.errorOf} onFound={() => save.touch()} />
        <Select
          name="timeZone"
          label="Time zone"
          hint="Your hours are in this zone"
          value={zone}
          onChange={(event) => setZone(event.target.value)}
          error={save.errorOf('timeZone')}
        >
          {timeZones.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
        {zone !== provider.timeZone && (
          <p role="status" className="text-sm text-warning">
            Bookings that exist keep their moment; your weekly hours are read in the new zone.
          </p>
        )}
      </fieldset>
      <fieldset className="flex flex-col gap-5">
        <legend className="mb-3 text-lg font-semibold">How customers reach you</legend>
        <Field
          name="contactEmail"
          label="Mail address"
          type="email"
          inputMode="email"
          optional
          defaultValue={provider.contactEmail ?? ''}
          error={save.errorOf('contactEmail')}
        />
        <Field
          name="contactPhone"
          label="Phone"
          type="tel"
          optional
          defaultValue={provider.contactPhone ?? ''}
          error={save.errorOf('contactPhone')}
        />
      </fieldset>
      <SaveBar busy={save.busy} saved={save.saved} />
    </form>
  )
}

interface PositionProps {
  provider: OwnProviderView
  errorOf: (field: string) => string | null
  onFound: () => void
}

/** Where on the map: the distance that customers see is measured from here. */
function Position({ provider, errorOf, onFound }: PositionProps) {
  const [latitude, setLatitude] = useState(provider.latitude?.toString() ?? '')
  const [longitude, setLongitude] = useState(provider.longitude?.toString() ?? '')
  const [said, setSaid] = useState('')

  function find() {
    setSaid('Asking your device…')
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setLatitude(coords.latitude.toFixed(6))
        setLongitude(coords.longitude.toFixed(6))
        setSaid('Found. Save to keep it.')
        onFound()
      },
      () =>
        setSaid(
          'Your device did not tell. Type the position instead; maps show it when you press a place for long.',
        ),
    )
  }

  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-5 sm:grid-cols-2">
        <Field
          name="latitude"
          label="Latitude"
          inputMode="decimal"
          optional
          value={latitude}
          onChange={(event) => setLatitude(event.target.value)}
          error={errorOf('latitude')}
        />
        <Field
          name="longitude"
          label="Longitude"
          inputMode="decimal"
          optional
          value={longitude}
          onChange={(event) => setLongitude(event.target.value)}
          error={errorOf('longitude')}
        />
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <Button look="secondary" size="small" onClick={find}>
          <PinIcon /> I am there now
        </Button>
        <p role="status" className="text-sm text-ink-soft">
          {said}
        </p>
      </div>
    </div>
  )
}
