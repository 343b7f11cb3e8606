'use client'

import { useRouter } from 'next/navigation'
import { useState, type FormEvent } from 'react'
import { chargeStepOf } from '#src/kernel/charges.ts'
import {
  exponentOf,
  fromDecimalString,
  money,
  moneyToJson,
  toDecimalString,
  type Currency,
  type MoneyJson,
} from '#src/kernel/money.ts'
import type { OwnServiceView } from '#src/modules/catalog/reads.ts'
import { quotePrice } from '#src/modules/payments/reads.ts'
import { Button } from '#src/ui/button.tsx'
import { ErrorSummary, type SummaryError } from '#src/ui/error-summary.tsx'
import { Field, Select, TextArea } from '#src/ui/field.tsx'
import { sayMoney } from '#src/ui/format.ts'
import { POLICY_WORDS } from '#src/ui/policy-sentence.ts'
import { numberOf, textOf } from '../../../form-values.ts'
import type { Choice } from '../../../places.ts'
import { SaveBar } from '../../../save-bar.tsx'
import { useSave } from '../../../use-save.ts'

export interface ServiceFormProps {
  providerId: string
  /** Null for a new one. */
  service: OwnServiceView | null
  categories: readonly Choice[]
  currency: Currency
  fees: { platformFee: number; guestFee: number }
  /** Minor units of `currency`. */
  minimumPriceMinor: number
  listHref: string
  locale: string
}

const LABELS = {
  name: 'Name',
  categoryId: 'Category',
  description: 'Description',
  price: 'Price',
  durationMinutes: 'Length in minutes',
  bookingMode: 'How it is booked',
  cancellationPolicy: 'Cancellation',
  locationKind: 'Where',
  capacity: 'People at once',
  bufferBeforeMinutes: 'Free before',
  bufferAfterMinutes: 'Free after',
  stepMinutes: 'Times every',
  minimumNoticeMinutes: 'Notice',
  horizonDays: 'How far ahead',
  extras: 'Extras',
}

interface ExtraDraft {
  /** For React only; an extra that exists has an id as well. */
  key: number
  id?: string
  name: string
  price: string
  extraMinutes: string
}

export function ServiceForm(props: ServiceFormProps) {
  const { service, currency, minimumPriceMinor, locale } = props
  const router = useRouter()
  const save = useSave(LABELS)
  const [price, setPrice] = useState(service ? decimal(service.price) : '')
  const [extras, setExtras] = useState<ExtraDraft[]>(() =>
    (service?.extras ?? []).map(({ id, name, price: extraPrice, extraMinutes }, key) => ({
      ...{ key, id, name },
      price: decimal(extraPrice),
      extraMinutes: String(extraMinutes),
    })),
  )
  const amount = fromDecimalString(price, currency)
  const minimum = moneyToJson(money(minimumPriceMinor, currency))
  const stepMinor = chargeStepOf(currency)
  const step = sayMoney(moneyToJson(money(stepMinor, currency)), locale)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const found: SummaryError[] = []
    if (!textOf(data, 'name')) found.push({ field: 'name', message: 'Give the service a name.' })
    if (!textOf(data, 'categoryId')) found.push({ field: 'categoryId', message: 'Choose a category.' })
    if (!amount || amount.amountMinor < BigInt(minimumPriceMinor)) {
      found.push({ field: 'price', message: `Give a price of at least ${sayMoney(minimum, locale)}.` })
    } else if (amount.amountMinor % stepMinor !== 0n) {
      found.push({ field: 'price', message: `Give a price in steps of ${step}: cards are charged so.` })
    }
    if ((numberOf(data, 'durationMinutes') ?? 0) < 5)
      found.push({ field: 'durationMinutes', message: 'Give a length of at least 5 minutes.' })
    const priced = extras.map((extra) => ({ extra, amount: fromDecimalString(extra.price, currency) }))
    for (const { extra, amount: extraAmount } of priced) {
      if (!extra.name.trim())
        found.push({ field: `extra-${extra.key}-name`, message: 'Give each extra a name, or remove it.' })
      if (!extraAmount || extraAmount.amountMinor < 0n)
        found.push({
          field: `extra-${extra.key}-price`,
          message: `Give ${extra.name || 'the extra'} a price, 0 if it is free.`,
        })
      else if (extraAmount.amountMinor % stepMinor !== 0n)
        found.push({
          field: `extra-${extra.key}-price`,
          message: `Give ${extra.name || 'the extra'} a price in steps of ${step}: cards are charged so.`,
        })
    }
    if (found.length > 0 || !amount) return save.refuse(found)

    const wholes = [
      'durationMinutes',
      'capacity',
      'bufferBeforeMinutes',
      'bufferAfterMinutes',
      'stepMinutes',
      'minimumNoticeMinutes',
      'horizonDays',
    ]
    const body = {
      name: textOf(data, 'name'),
      categoryId: textOf(data, 'categoryId'),
      description: textOf(data, 'description'),
      price: moneyToJson(amount),
      ...Object.fromEntries(wholes.map((name) => [name, numberOf(data, name) ?? undefined])),
      bookingMode: textOf(data, 'bookingMode'),
      cancellationPolicy: textOf(data, 'cancellationPolicy'),
      locationKind: textOf(data, 'locationKind'),
      extras: priced.map(({ extra, amount: extraAmount }) => ({
        ...(extra.id ? { id: extra.id } : {}),
        name: extra.name.trim(),
        price: moneyToJson(extraAmount ?? money(0, currency)),
        extraMinutes: Number(extra.extraMinutes) || 0,
      })),
    }
    const done = service
      ? await save.save('PATCH', `/api/v1/my/services/${service.id}`, body)
      : await save.save('POST', `/api/v1/my/providers/${props.providerId}/services`, body)
    if (!done) return
    if (!service) router.push(props.listHref)
    router.refresh()
  }

  return (
    <form
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
        defaultValue={service?.name}
        error={save.errorOf('name')}
      />
      <Select
        name="categoryId"
        label="Category"
        defaultValue={service?.category.id ?? ''}
        error={save.errorOf('categoryId')}
      >
        {!service && <option value="">Choose…</option>}
        {props.categories.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      <TextArea
        name="description"
        label="Description"
        optional
        maxLength={2000}
        defaultValue={service?.description}
        error={save.errorOf('description')}
      />
      <div className="grid gap-5 sm:grid-cols-2">
        <Field
          name="price"
          label={`Price in ${currency}`}
          inputMode={exponentOf(currency) > 0 ? 'decimal' : 'numeric'}
          placeholder={toDecimalString(money(10 ** (exponentOf(currency) + 2), currency))}
          autoComplete="off"
          value={price}
          onChange={(event) => setPrice(event.target.value.replace(',', '.'))}
          error={save.errorOf('price')}
        />
        <Field
          name="durationMinutes"
          label="Length in minutes"
          type="number"
          min={5}
          max={1440}
          defaultValue={service?.durationMinutes ?? 60}
          error={save.errorOf('durationMinutes')}
        />
      </div>
      <Consequences
        amountMinor={amount?.amountMinor ?? null}
        currency={currency}
        fees={props.fees}
        locale={locale}
      />
      <Select
        name="bookingMode"
        label="How it is booked"
        defaultValue={service?.bookingMode ?? 'instant'}
        error={save.errorOf('bookingMode')}
      >
        <option value="instant">At once: a free time is a booking</option>
        <option value="request">By request: you accept or decline within 24 hours</option>
      </Select>
      <Select
        name="cancellationPolicy"
        label="Cancellation"
        defaultValue={service?.cancellationPolicy ?? 'flexible'}
        error={save.errorOf('cancellationPolicy')}
      >
        {Object.entries(POLICY_WORDS).map(([policy, words]) => (
          <option key={policy} value={policy}>
            {policyName(policy)}: {words}
          </option>
        ))}
      </Select>
      <Select
        name="locationKind"
        label="Where"
        defaultValue={service?.locationKind ?? 'on_site'}
        error={save.errorOf('locationKind')}
      >
        <option value="on_site">At your address</option>
        <option value="online">Online</option>
      </Select>
      <Extras extras={extras} currency={currency} onChange={setExtras} />
      <details className="rounded-card border border-line p-4">
        <summary className="min-h-8 font-semibold">Times, buffers and group sessions</summary>
        <div className="mt-4 grid gap-5 sm:grid-cols-2">
          <Whole
            name="bufferBeforeMinutes"
            label="Free before, minutes"
            value={service?.bufferBeforeMinutes ?? 0}
            min={0}
            max={480}
            error={save.errorOf('bufferBeforeMinutes')}
          />
          <Whole
            name="bufferAfterMinutes"
            label="Free after, minutes"
            value={service?.bufferAfterMinutes ?? 0}
            min={0}
            max={480}
            error={save.errorOf('bufferAfterMinutes')}
          />
          <Whole
            name="stepMinutes"
            label="Times every, minutes"
            value={service?.stepMinutes ?? 15}
            min={5}
            max={1440}
            error={save.errorOf('stepMinutes')}
          />
          <Whole
            name="minimumNoticeMinutes"
            label="Notice at least, minutes"
            value={service?.minimumNoticeMinutes ?? 120}
            min={0}
            max={43_200}
            error={save.errorOf('minimumNoticeMinutes')}
          />
          <Whole
            name="horizonDays"
            label="Bookable ahead, days"
            value={service?.horizonDays ?? 60}
            min={1}
            max={365}
            error={save.errorOf('horizonDays')}
          />
          <Whole
            name="capacity"
            label="People at once"
            hint="Above 1 it is a group session"
            value={service?.capacity ?? 1}
            min={1}
            max={500}
            error={save.errorOf('capacity')}
          />
        </div>
      </details>
      <SaveBar label={service ? 'Save' : 'Add the service'} busy={save.busy} saved={save.saved} />
      {service && (
        <p className="text-sm text-ink-soft">
          Bookings that exist keep the price and rules they were made with.
        </p>
      )}
    </form>
  )
}

const decimal = (amount: MoneyJson) => toDecimalString(money(amount.amountMinor, amount.currency as Currency))

const policyName = (policy: string) =>
  policy.replaceAll('_', '-').replace(/^./, (letter) => letter.toUpperCase())

interface ConsequencesProps {
  amountMinor: bigint | null
  currency: Currency
  fees: ServiceFormProps['fees']
  locale: string
}

/** "You receive $90.00 · member pays $100.00 · guest pays $110.00", while it is typed. */
function Consequences({ amountMinor, currency, fees, locale }: ConsequencesProps) {
  const quote =
    amountMinor !== null && amountMinor > 0n
      ? quotePrice({ currency, baseMinor: amountMinor, guest: true, ...fees })
      : null
  const say = (minor: bigint) => sayMoney(moneyToJson(money(minor, currency)), locale)
  return (
    <p aria-live="polite" className="tabular -mt-2 rounded-control bg-sunken px-4 py-3">
      {quote ? (
        <>
          You receive <strong>{say(quote.providerNetMinor)}</strong> · member pays{' '}
          <strong>{say(quote.baseMinor)}</strong> · guest pays <strong>{say(quote.totalMinor)}</strong>
        </>
      ) : (
        'Type a price to see what you receive and what members and guests pay.'
      )}
    </p>
  )
}

function Whole({
  value,
  error,
  ...field
}: {
  name: string
  label: string
  hint?: string
  value: number
  min: number
  max: number
  error: string | null
}) {
  return <Field {...field} type="number" defaultValue={value} error={error} />
}

interface ExtrasProps {
  extras: readonly ExtraDraft[]
  currency: Currency
  onChange: (change: (before: ExtraDraft[]) => ExtraDraft[]) => void
}

function Extras({ extras, currency, onChange }: ExtrasProps) {
  const set = (key: number, change: Partial<ExtraDraft>) =>
    onChange((before) => before.map((extra) => (extra.key === key ? { ...extra, ...change } : extra)))
  const add = () =>
    onChange((before) => [
      ...before,
      { key: Math.max(-1, ...before.map(({ key }) => key)) + 1, name: '', price: '', extraMinutes: '0' },
    ])
  return (
    <fieldset className="flex flex-col gap-4">
      <legend className="mb-2 font-medium">
        Extras <span className="font-normal text-ink-soft">(optional)</span>
      </legend>
      {extras.map((extra, index) => (
        <div
          key={extra.key}
          role="group"
          aria-label={`Extra ${index + 1}`}
          className="grid gap-3 rounded-card border border-line p-4 sm:grid-cols-[1fr_7rem_7rem_auto] sm:items-end"
        >
          <Field
            name={`extra-${extra.key}-name`}
            label="Name"
            maxLength={120}
            value={extra.name}
            onChange={(event) => set(extra.key, { name: event.target.value })}
          />
          <Field
            name={`extra-${extra.key}-price`}
            label={currency}
            inputMode={exponentOf(currency) > 0 ? 'decimal' : 'numeric'}
            value={extra.price}
            onChange={(event) => set(extra.key, { price: event.target.value.replace(',', '.') })}
          />
          <Field
            name={`extra-${extra.key}-minutes`}
            label="Minutes more"
            type="number"
            min={0}
            max={480}
            value={extra.extraMinutes}
            onChange={(event) => set(extra.key, { extraMinutes: event.target.value })}
          />
          <Button
            look="quiet"
            onClick={() => onChange((before) => before.filter(({ key }) => key !== extra.key))}
          >
            Remove<span className="sr-only"> extra {extra.name || index + 1}</span>
          </Button>
        </div>
      ))}
      <div>
        <Button look="secondary" size="small" onClick={add}>
          Add an extra
        </Button>
      </div>
    </fieldset>
  )
}
