import { deauthorize } from './actions/connection.ts'
import { closeDispute, createDispute, escalateInquiry, type Verdict } from './actions/dispute.ts'
import { changeCapability, restrictAccount } from './actions/onboarding.ts'
import { failPayout, payOutNow, settleNow } from './actions/payout.ts'
import { settleRefund } from './actions/refund-outcome.ts'
import { refundCharge } from './actions/refund.ts'
import { topUp } from './actions/top-up.ts'
import { warnOfFraud } from './actions/warning.ts'
import { availableBalance, balancesOf, refuseDebits } from './balance.ts'
import { invalidRequest } from './errors.ts'
import type { Fault, Faults } from './faults.ts'
import type { Kind, Row } from './kinds.ts'
import { decimalsOf, formatMoney } from './money.ts'
import { needAccount, type Work } from './work.ts'

// Each way that money goes wrong at Stripe, by name: `npm run sandbox -- scenario NAME`, or a button at /scenarios. Those
// of an object take the one they are given or find one; those of the wire last for some seconds.

/** How long Stripe is down, slow or forgetful when nobody says, in real time. */
export const DEFAULT_SECONDS = 60
/** Longer than the marketplace likes to wait, shorter than it waits at most. */
const SLOW_MS = 5000
/** How many objects of a kind are looked at for a suitable one, newest first. */
const MOST_LOOKED_AT = 1000
const TOP_UP_IN_MAJOR_UNITS = 1000

interface Stage {
  work: Work
  faults: Faults
  /** The object that was asked for. */
  objectId: string | undefined
  seconds: number
}

/** What was done, in sentences, and to what. */
export interface Told {
  did: string[]
  objects: string[]
}

interface Scenario {
  summary: string
  /** What `--object` may name. */
  object?: string
  run(stage: Stage): Told
}

export const SCENARIOS: Record<string, Scenario> = {
  'refund-by-hand': {
    summary: 'Somebody refunds a payment in the dashboard.',
    object: 'charge',
    run: (stage) => told(...refundPart(stage.work, pickCharge(stage), 1)),
  },
  'partial-refund-by-hand': {
    summary: 'Somebody refunds half of a payment in the dashboard.',
    object: 'charge',
    run: (stage) => told(...refundPart(stage.work, pickCharge(stage), 2)),
  },
  'refund-fails-later': {
    summary: 'A refund that had succeeded comes back from the bank.',
    object: 'refund or charge',
    run: (stage) => failRefund(stage),
  },
  'dispute-opened': {
    summary: 'A cardholder disputes a payment: amount and fee are withdrawn.',
    object: 'charge',
    run: (stage) => told(...opened(dispute(stage.work, pickCharge(stage), false))),
  },
  'dispute-won': {
    summary: 'A dispute is decided for us: the amount comes back, the fee does not.',
    object: 'dispute or charge',
    run: (stage) => decide(stage, 'won'),
  },
  'dispute-lost': {
    summary: 'A dispute is decided for the cardholder.',
    object: 'dispute or charge',
    run: (stage) => decide(stage, 'lost'),
  },
  'dispute-after-payout': {
    summary: 'A payment is disputed when its provider has been paid out: the transfer cannot be reversed.',
    object: 'charge',
    run: (stage) => disputeAfterPayout(stage),
  },
  'fraud-warning': {
    summary: 'The bank warns that a payment was fraud. No money moves yet.',
    object: 'charge',
    run(stage) {
      const charge = pickCharge(stage)
      const { object } = warnOfFraud(stage.work, charge)
      return told(
        [`The bank warned of fraud, ${object.id}, on the payment ${charge.object.id}.`],
        object.id,
        charge,
      )
    },
  },
  inquiry: {
    summary: 'The bank asks about a payment. No money moves unless it is escalated.',
    object: 'charge',
    run: (stage) => told(...opened(dispute(stage.work, pickCharge(stage), true))),
  },
  'inquiry-escalated': {
    summary: 'An inquiry becomes a chargeback.',
    object: 'dispute or charge',
    run(stage) {
      const { row, did } = openDispute(stage, true)
      escalateInquiry(stage.work, row)
      return told([...did, `The inquiry ${row.object.id} became a chargeback.`], row)
    },
  },
  'inquiry-closed': {
    summary: 'An inquiry ends without a chargeback.',
    object: 'dispute or charge',
    run(stage) {
      const { row, did } = openDispute(stage, true)
      closeDispute(stage.work, row, 'won')
      return told([...did, `The inquiry ${row.object.id} was closed.`], row)
    },
  },
  'account-restricted': {
    summary: 'Stripe wants a document of a provider, and stops its payments and payouts.',
    object: 'account',
    run(stage) {
      const account = pickAccount(stage, ({ aside }) => !aside.restricted)
      restrictAccount(stage.work, account, true)
      return told([`Restricted ${account.object.id}. Undo it with account-restored.`], account)
    },
  },
  'account-restored': {
    summary: 'A restricted provider gave what was missing.',
    object: 'account',
    run(stage) {
      const account = pickAccount(stage, ({ aside }) => aside.restricted === true, 'that is restricted')
      restrictAccount(stage.work, account, false)
      return told([`Lifted the restriction of ${account.object.id}.`], account)
    },
  },
  'account-deauthorized': {
    summary: 'A provider disconnects its account from the platform.',
    object: 'account',
    run(stage) {
      const account = pickAccount(stage)
      deauthorize(stage.work, account)
      return told(
        [`Disconnected ${account.object.id}: for the platform it does not exist any more.`],
        account,
      )
    },
  },
  'capability-lost': {
    summary: 'A provider can receive no more transfers, although its account is in order.',
    object: 'account',
    run(stage) {
      const account = pickAccount(stage, ({ object }) => object.capabilities?.transfers === 'active')
      changeCapability(stage.work, account, 'transfers', true)
      return told([`Took the capability transfers from ${account.object.id}.`], account)
    },
  },
  'payout-bank-failed': {
    summary: "A provider's bank sends its payout back.",
    object: 'payout or account',
    run: (stage) => failBankPayout(stage),
  },
  'platform-balance-short': {
    summary: 'The platform has nothing available and its bank refuses debits.',
    run: ({ work }) => {
      refuseDebits(work, true)
      const paid = balancesOf(work).some(({ available }) => available > 0) ? payOutNow(work) : []
      const amounts = paid.map(({ object }) => formatMoney(object.amount, object.currency)).join(' and ')
      return told(
        [
          `Paid out ${amounts || 'nothing, because nothing was available'}; the bank refuses debits from now on. ` +
            'Undo it with platform-topped-up.',
        ],
        'platform',
      )
    },
  },
  'platform-topped-up': {
    summary: 'The platform adds money and its bank can be debited again.',
    run({ work }) {
      const short = balancesOf(work).map(({ currency }) => currency)
      refuseDebits(work, false)
      const did = (short.length > 0 ? short : ['usd']).map((currency) => {
        const needed = Math.max(0, -availableBalance(work, currency))
        const amount = needed + TOP_UP_IN_MAJOR_UNITS * 10 ** decimalsOf(currency)
        topUp(work, amount, currency)
        return `Added ${formatMoney(amount, currency)} to the balance of the platform.`
      })
      return told(did, 'platform')
    },
  },
  'webhooks-lost': wire('No webhook arrives, and none is sent again.', [
    { match: 'event:*', action: 'drop-before' },
  ]),
  'webhooks-doubled': wire('Each webhook arrives twice.', [{ match: 'event:*', action: 'duplicate' }]),
  'webhooks-reordered': wire('Each second webhook, from the first on, lets those after it pass.', [
    { match: 'event:*', action: 'reorder', times: 1 },
    { match: 'event:*', action: 'reorder', every: 2 },
  ]),
  'webhooks-unheard': wire('Webhooks arrive, their answers get lost, and they come again.', [
    { match: 'event:*', action: 'drop-after-commit' },
  ]),
  'stripe-down': wire('Stripe closes every connection and does nothing.', calls('drop-before')),
  'stripe-slow': wire(`Stripe answers ${SLOW_MS / 1000} seconds late.`, calls('delay', SLOW_MS)),
  'stripe-hangs': wire('Stripe takes every call and never answers.', calls('hang')),
  'stripe-unsure': wire('Stripe does what it is asked and answers 500 all the same.', [
    { match: 'POST /v1/*', action: '500-after-success' },
  ]),
  'stripe-limits': wire('Stripe answers every call with 429.', calls('429')),
  calm: {
    summary: 'All faults end, and the bank of the platform can be debited again.',
    run({ work, faults }) {
      const { length } = faults.list()
      faults.clear()
      refuseDebits(work, false)
      return told([length === 1 ? 'Cleared one fault.' : `Cleared ${length} faults.`], 'platform')
    },
  },
}

/** All of it or nothing: the store forgets what a scenario did before it found that it could not go on. */
export function playScenario(name: string, stage: Stage): Told {
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined
  if (!scenario) {
    throw invalidRequest(`There is no scenario "${name}". Known are: ${Object.keys(SCENARIOS).join(', ')}.`)
  }
  if (stage.objectId !== undefined && scenario.object === undefined)
    throw invalidRequest(`The scenario ${name} takes no object.`)
  return stage.work.store.transaction(() => scenario.run(stage))
}

function told(did: string[], ...objects: (Row<Kind> | string)[]): Told {
  return { did, objects: objects.map((object) => (typeof object === 'string' ? object : object.object.id)) }
}

type FaultOfWire = Pick<Fault, 'action' | 'match'> & { every?: number; times?: number; delayMs?: number }

/** With a charge, half of it is refunded by hand meanwhile, so that there is something to be told of. */
function wire(summary: string, script: FaultOfWire[]): Scenario {
  return {
    summary,
    object: 'charge',
    run(stage) {
      const { work, faults, objectId, seconds } = stage
      const [did, ...objects] = objectId === undefined ? [[]] : refundPart(work, pickCharge(stage), 2)
      faults.add(script.map((fault) => ({ every: 1, delayMs: 0, ...fault, forSeconds: seconds })))
      return told([`For ${seconds} seconds: ${summary} End it with calm.`, ...did], ...objects)
    },
  }
}

function calls(action: Fault['action'], delayMs = 0): FaultOfWire[] {
  return ['GET', 'POST', 'DELETE'].map((method) => ({ match: `${method} /v1/*`, action, delayMs }))
}

function refundPart(work: Work, charge: Row<'charge'>, divisor: 1 | 2): [string[], ...Row<Kind>[]] {
  const { id, amount, amount_refunded: refunded, currency } = charge.object
  const unit = decimalsOf(currency) === 3 ? 10 : 1
  const part = Math.floor((amount - refunded) / divisor / unit) * unit
  const refund = refundCharge(work, charge, { amount: part, reason: 'requested_by_customer' })
  return [
    [`Refunded ${formatMoney(part, currency)} of the payment ${id} by hand${waiting(refund)}.`],
    refund,
    charge,
  ]
}

function waiting({ object }: Row<'refund'>): string {
  return object.status === 'pending' ? `; the refund is pending (${object.pending_reason ?? ''})` : ''
}

function failRefund(stage: Stage): Told {
  const { work } = stage
  const given = lookUp(stage, 'refund')
  const refund = given ?? (lookUp(stage, 'charge') ? undefined : find(work, 'refund', isSettledRefund))
  if (refund) {
    settleRefund(work, refund, 'lost_or_stolen_card')
    return told([`The refund ${refund.object.id} came back from the bank.`], refund)
  }
  const [did, made, charge] = refundPart(work, pickCharge(stage), 1)
  const fresh = work.store.find('refund', made?.object.id ?? '')
  if (!fresh || !charge) throw invalidRequest('The refund could not be made.')
  settleRefund(work, fresh, 'lost_or_stolen_card')
  return told([...did, `The refund ${fresh.object.id} came back from the bank.`], fresh, charge)
}

const isSettledRefund = ({ object }: Row<'refund'>) =>
  object.status === 'succeeded' && object.balance_transaction !== null

function dispute(work: Work, charge: Row<'charge'>, inquiry: boolean): Row<'dispute'> {
  return createDispute(work, charge, { reason: inquiry ? 'unrecognized' : 'fraudulent', inquiry })
}

function opened(row: Row<'dispute'>): [string[], ...(Row<Kind> | string)[]] {
  const { id, amount, currency, charge, status } = row.object
  const what = status.startsWith('warning_') ? 'An inquiry' : 'A dispute'
  return [
    [`${what} ${id} over ${formatMoney(amount, currency)} of the payment ${String(charge)}.`],
    row,
    String(charge),
  ]
}

/** The one that was asked for, an open one, or a new one. */
function openDispute(stage: Stage, inquiry: boolean): { row: Row<'dispute'>; did: string[] } {
  const given = lookUp(stage, 'dispute')
  const fits = ({ object }: Row<'dispute'>) =>
    inquiry
      ? ['warning_needs_response', 'warning_under_review'].includes(object.status)
      : ['needs_response', 'under_review'].includes(object.status)
  if (given && !fits(given))
    throw invalidRequest(
      `The dispute ${given.object.id} is ${given.object.status}: it is too late, or the wrong kind, for this.`,
    )
  const row = given ?? (stage.objectId === undefined ? find(stage.work, 'dispute', fits) : undefined)
  if (row) return { row, did: [] }
  const made = dispute(stage.work, pickCharge(stage), inquiry)
  return { row: made, did: opened(made)[0] }
}

function decide(stage: Stage, verdict: Verdict): Told {
  const { row, did } = openDispute(stage, false)
  closeDispute(stage.work, row, verdict)
  return told([...did, `The dispute ${row.object.id} is ${verdict}.`], row, String(row.object.charge))
}

function disputeAfterPayout(stage: Stage): Told {
  const { work } = stage
  const paidOn = (charge: Row<'charge'>) => transferOf(work, charge) !== undefined
  const charge = pickCharge(stage, paidOn, 'whose provider has been sent its part')
  const transfer = transferOf(work, charge)
  if (!transfer)
    throw invalidRequest(`Nothing of the payment ${charge.object.id} has been sent to a provider.`)
  const account = needAccount(work, String(transfer.object.destination))
  const did = emptyAccount({ ...work, account: account.object.id })
  const row = dispute(work, charge, false)
  return told([...did, ...opened(row)[0]], row, charge, transfer, account)
}

function transferOf(work: Work, charge: Row<'charge'>): Row<'transfer'> | undefined {
  const { rows } = work.store.list('transfer', work.platform, { source: charge.object.id }, { limit: 100 })
  return rows.find(
    ({ object }) =>
      !object.reversed && !work.store.find('account', String(object.destination))?.aside.disconnected,
  )
}

/** Everything on its way becomes available and goes to the bank; what is paid daily goes by itself. */
function emptyAccount(work: Work): string[] {
  const has = (which: 'available' | 'pending') => balancesOf(work).some((row) => row[which] > 0)
  if (has('pending')) settleNow(work)
  if (has('available')) payOutNow(work)
  return [`Paid out all that ${work.account} had.`]
}

function failBankPayout(stage: Stage): Told {
  const { work } = stage
  const mayFail = ({ object, account }: Row<'payout'>) =>
    ['in_transit', 'paid', 'pending'].includes(object.status) &&
    work.store.find('account', account)?.aside.disconnected === undefined &&
    account !== work.platform
  const payout =
    lookUp(stage, 'payout') ??
    (stage.objectId === undefined ? find(work, 'payout', mayFail, null) : undefined)
  if (payout) return failOne(work, payout, [])
  const holds = ({ object }: Row<'account'>) =>
    balancesOf({ ...work, account: object.id }).some(({ available, pending }) => available > 0 || pending > 0)
  const account = pickAccount(stage, holds, 'that holds money')
  const did = emptyAccount({ ...work, account: account.object.id })
  const [made] = work.store.list('payout', account.object.id, {}, { limit: 1 }).rows
  if (!made) throw invalidRequest(`The account ${account.object.id} has nothing to pay out.`)
  return failOne(work, made, did)
}

function failOne(work: Work, payout: Row<'payout'>, did: string[]): Told {
  failPayout({ ...work, account: payout.account }, payout, 'account_closed')
  const said = formatMoney(payout.object.amount, payout.object.currency)
  return told(
    [
      ...did,
      `The bank of ${payout.account} sent the payout ${payout.object.id} of ${said} back: account_closed.`,
    ],
    payout,
    payout.account,
  )
}

/** The object that was asked for, if it is of this kind. */
function lookUp<K extends Kind>({ work, objectId }: Stage, kind: K): Row<K> | undefined {
  return objectId === undefined ? undefined : work.store.find(kind, objectId)
}

function find<K extends Kind>(
  work: Work,
  kind: K,
  fits: (row: Row<K>) => boolean,
  account: string | null = work.platform,
): Row<K> | undefined {
  return work.store.list(kind, account, {}, { limit: MOST_LOOKED_AT }).rows.find(fits)
}

/** A captured payment of the platform that nobody has refunded or disputed yet; the newest, unless one is given. */
function pickCharge(
  stage: Stage,
  fits: (row: Row<'charge'>) => boolean = () => true,
  which = '',
): Row<'charge'> {
  const given = lookUp(stage, 'charge')
  if (given) return given
  if (stage.objectId !== undefined) throw invalidRequest(`${stage.objectId} is no payment of this sandbox.`)
  const found = find(stage.work, 'charge', (row) => isTaken(row) && fits(row))
  if (found) return found
  throw invalidRequest(
    `There is no captured payment${which && ` ${which}`} that is neither refunded nor disputed. ` +
      'Book something, pay for it, and try again.',
  )
}

function isTaken({ object }: Row<'charge'>): boolean {
  return object.status === 'succeeded' && object.captured && object.amount_refunded === 0 && !object.disputed
}

/** A connected account, and rather one that has been sent money. */
function pickAccount(
  stage: Stage,
  fits: (row: Row<'account'>) => boolean = () => true,
  which = '',
): Row<'account'> {
  const { work, objectId } = stage
  if (objectId !== undefined) {
    if (lookUp(stage, 'account')) return needAccount(work, objectId)
    throw invalidRequest(`${objectId} is no account of this sandbox.`)
  }
  const suits = (row: Row<'account'> | undefined) => row !== undefined && !row.aside.disconnected && fits(row)
  const byTransfer = find(work, 'transfer', ({ object }) =>
    suits(work.store.find('account', String(object.destination))),
  )
  if (byTransfer) return needAccount(work, String(byTransfer.object.destination))
  const found = find(work, 'account', suits)
  if (found) return found
  throw invalidRequest(
    `There is no connected account${which && ` ${which}`}. Let a provider set up payouts, and try again.`,
  )
}
