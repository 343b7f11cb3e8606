import { invalidRequest } from './errors.ts'
import type { Work } from './work.ts'

type Hash = Record<string, unknown>
const DEEPEST = 4

/** Lists that Stripe leaves out unless asked, by object and property. */
const COMPUTED: Record<string, (work: Work, holder: Hash) => unknown> = {
  'checkout.session.line_items': (work, holder) => {
    const session = work.store.find('session', String(holder['id']))
    const data = session?.aside.lineItems ?? []
    return {
      object: 'list',
      data: data.slice(0, 10),
      has_more: data.length > 10,
      url: `/v1/checkout/sessions/${String(holder['id'])}/line_items`,
    }
  },
  'charge.refunds': (work, holder) => {
    const id = String(holder['id'])
    const { rows, hasMore } = work.store.list('refund', null, { charge: id }, { limit: 10 })
    return {
      object: 'list',
      data: rows.map((row) => row.object),
      has_more: hasMore,
      url: `/v1/charges/${id}/refunds`,
    }
  },
}

/** Properties that hold an id and may be null: asking for one that is null is not an error. */
const EXPANDABLE = new Set(
  (
    'account application application_fee balance_transaction charge customer destination destination_payment ' +
    'destination_payment_refund failure_balance_transaction invoice latest_charge on_behalf_of payment_intent ' +
    'payment_method payment_link reversed_by review setup_intent source source_refund source_transaction ' +
    'source_transfer source_transfer_reversal subscription transfer transfer_reversal original_payout data ' +
    'external_accounts individual reversals'
  ).split(' '),
)

/** Replaces ids by their objects along paths such as `data.latest_charge.balance_transaction`. */
export function expandInto(work: Work, answer: unknown, paths: readonly string[] | undefined): void {
  for (const path of paths ?? []) {
    const parts = path.split('.')
    const depth = parts[0] === 'data' ? parts.length - 1 : parts.length
    if (depth > DEEPEST) {
      throw invalidRequest(`You cannot expand more than ${DEEPEST} levels of a property (${path}).`, {
        param: 'expand',
      })
    }
    expandPath(work, answer, parts, path)
  }
}

function isHash(value: unknown): value is Hash {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function expandPath(work: Work, holder: unknown, parts: string[], path: string): void {
  const [name, ...rest] = parts
  if (name === undefined) return
  if (Array.isArray(holder)) {
    for (const item of holder) expandPath(work, item, parts, path)
    return
  }
  if (!isHash(holder)) return
  const computed = COMPUTED[`${String(holder['object'])}.${name}`]
  if (computed && holder[name] === undefined) holder[name] = computed(work, holder)
  const value = holder[name]
  if (value === undefined || value === null) {
    if (!EXPANDABLE.has(name)) throw cannotExpand(name, path)
    return
  }
  if (typeof value === 'string') holder[name] = load(work, value) ?? fail(name, path)
  expandPath(work, holder[name], rest, path)
}

function load(work: Work, id: string): unknown {
  return work.store.findAny(id)?.object
}

function fail(name: string, path: string): never {
  throw cannotExpand(name, path)
}

function cannotExpand(name: string, path: string) {
  return invalidRequest(`This property cannot be expanded (${name}).`, { param: `expand (${path})` })
}
