'use client'

import { useRouter } from 'next/navigation'
import { useRef, useState, type FormEvent, type ReactNode } from 'react'
import type { OwnProviderView } from '#src/modules/providers/reads.ts'
import { Button } from '#src/ui/button.tsx'
import { ErrorSummary, type SummaryError } from '#src/ui/error-summary.tsx'
import { Field, Select, TextArea } from '#src/ui/field.tsx'
import { PinIcon } from '#src/ui/icons.tsx'
import { textOf, textOrNull } from '../../../form-values.ts'
import type { Choice } from '../../../places.ts'
import { SaveBar } from '../../../save-bar.tsx'
import { useSave } from '../../../use-save.ts'
import { Pictures, type PictureKind } from './pictures.tsx'

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
  photos: 'Pictures',
}

export interface ProfileFormProps {
  provider: OwnProviderView
  /** Whether customers come: then the town is needed. */
  onSite: boolean
  pictures: readonly PictureKind[]
  countries: readonly Choice[]
  timeZones: readonly Choice[]
}

export function ProfileForm({ provider, onSite, countries, timeZones, pictures }: ProfileFormProps) {
  const router = useRouter()
  const save = useSave(LABELS)
  const form = useRef<HTMLFormElement>(null)
  const [zone, setZone] = useState(provider.timeZone)
  const [photos, setPhotos] = useState<readonly string[]>(provider.photos)
  const [position, setPosition] = useState<PositionDraft | null>(null)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const found = position ? positionProblems(position) : []
    if (!textOf(data, 'name'))
      found.unshift({ field: 'name', message: 'Give the name that customers will see.' })
    if (found.length > 0) return save.refuse(found)
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
      // Not given, it follows the town.
      ...(position ? { latitude: degrees(position.latitude), longitude: degrees(position.longitude) } : {}),
      contactEmail: textOrNull(data, 'contactEmail'),
      contactPhone: textOrNull(data, 'contactPhone'),
      photos,
    })
    if (!done) return
    setPosition(null)
    router.refresh()
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => void submit(event)}
      onChange={save.touch}
      className="flex flex-col gap-8"
    >
      <ErrorSummary errors={save.errors} reference={save.reference} />
      <Section title="What you offer">
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
          hint="What you offer, as you would say it. Needed before your page is published."
          maxLength={160}
          optional="unsaid"
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
      </Section>
      <Section title="Pictures">
        <Pictures
          chosen={photos}
          kinds={pictures}
          onChange={(next) => {
            setPhotos(next)
            save.touch()
          }}
          error={save.errorOf('photos')}
        />
      </Section>
      <Section title="Where">
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
            hint={
              onSite
                ? 'Needed before your page is published; we find it on the map.'
                : 'Your services are online: only if you like.'
            }
            optional="unsaid"
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
        <Position
          provider={provider}
          draft={position}
          errorOf={save.errorOf}
          onChange={(draft) => {
            setPosition(draft)
            save.touch()
          }}
        />
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
      </Section>
      <Section title="How customers reach you">
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
      </Section>
      <SaveBar busy={save.busy} saved={save.saved} />
    </form>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-5 border-t border-line pt-6">
      <legend className="sr-only">{title}</legend>
      <h2 aria-hidden="true" className="text-xl">
        {title}
      </h2>
      {children}
    </fieldset>
  )
}

interface PositionDraft {
  latitude: string
  longitude: string
}

/** A number of degrees, or null for what is none. */
function degrees(text: string): number | null {
  const number = Number(text.trim().replace(',', '.'))
  return text.trim() === '' || Number.isNaN(number) ? null : number
}

/** What is typed must be a place: both numbers, or neither. */
function positionProblems({ latitude, longitude }: PositionDraft): SummaryError[] {
  if (latitude.trim() === '' && longitude.trim() === '') return []
  return (
    [
      ['latitude', 'Latitude', latitude, 90, '43.65'],
      ['longitude', 'Longitude', longitude, 180, '−79.42'],
    ] as const
  ).flatMap(([field, name, text, most, example]) => {
    const number = degrees(text)
    if (number !== null && Math.abs(number) <= most) return []
    return [{ field, message: `${name}: a number between −${most} and ${most}, such as ${example}.` }]
  })
}

interface PositionProps {
  provider: OwnProviderView
  /** What was typed or found since the last save. */
  draft: PositionDraft | null
  errorOf: (field: string) => string | null
  onChange: (draft: PositionDraft) => void
}

/** Where on the map: the distance that customers see is measured from here. Found from the town, unless somebody knows better. */
function Position({ provider, draft, errorOf, onChange }: PositionProps) {
  const known = { latitude: String(provider.latitude ?? ''), longitude: String(provider.longitude ?? '') }
  const { latitude, longitude } = draft ?? known
  const [said, setSaid] = useState('')
  const wrong = errorOf('latitude') ?? errorOf('longitude')
  const lost = provider.city !== '' && provider.latitude === null

  function find() {
    setSaid('Asking your device…')
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        onChange({ latitude: coords.latitude.toFixed(6), longitude: coords.longitude.toFixed(6) })
        setSaid('Found. Save to keep it.')
      },
      () =>
        setSaid(
          'Your device did not tell. Type the position below; maps show it when you press a place for long.',
        ),
    )
  }

  return (
    <div className="flex flex-col gap-3 rounded-card border border-line p-4">
      <p className={lost ? 'text-warning' : 'text-ink-soft'}>
        {draft
          ? 'The new position is kept when you save.'
          : provider.latitude !== null
            ? 'We know where you are on the map.'
            : lost
              ? `We do not know ${provider.city} yet. Press the button when you are there.`
              : 'We find you on the map from your town.'}
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <Button look="secondary" size="small" onClick={find}>
          <PinIcon /> I am there now
        </Button>
        <p role="status" className="text-sm text-ink-soft">
          {said}
        </p>
      </div>
      <details open={wrong !== null || undefined}>
        <summary className="min-h-8 text-sm">Type the position instead</summary>
        <div className="mt-3 grid gap-5 sm:grid-cols-2">
          <Field
            name="latitude"
            label="Latitude"
            inputMode="decimal"
            optional="unsaid"
            value={latitude}
            onChange={(event) => onChange({ latitude: event.target.value, longitude })}
            error={errorOf('latitude')}
          />
          <Field
            name="longitude"
            label="Longitude"
            inputMode="decimal"
            optional="unsaid"
            value={longitude}
            onChange={(event) => onChange({ latitude, longitude: event.target.value })}
            error={errorOf('longitude')}
          />
        </div>
      </details>
    </div>
  )
}
