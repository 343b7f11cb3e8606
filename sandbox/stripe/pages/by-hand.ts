import { closeDispute, createDispute, escalateInquiry } from '../actions/dispute.ts'
import { deauthorize } from '../actions/connection.ts'
import { changeCapability, restrictAccount } from '../actions/onboarding.ts'
import { cancelIntent, capture } from '../actions/pay.ts'
import { failPayout, payOutNow, payPayout, settleNow } from '../actions/payout.ts'
import { settleRefund } from '../actions/refund-outcome.ts'
import { refundCharge } from '../actions/refund.ts'
import { topUp } from '../actions/top-up.ts'
import { createTransfer, reverseTransfer } from '../actions/transfer.ts'
import { warnOfFraud } from '../actions/warning.ts'
import { availableBalance, balancesOf, debitsRefused, refuseDebits } from '../balance.ts'
import { decodeForm } from '../encoding.ts'
import { invalidRequest } from '../errors.ts'
import type { Kind, Row } from '../kinds.ts'
import { decimalsOf, isCurrency } from '../money.ts'
import type { Work } from '../work.ts'

// What an operator does by hand in Stripe's dashboard: the app only hears of it by webhook. A button and the request it
// sends are one entry here, so that neither exists without the other.

type FieldName = 'amount' | 'capability' | 'currency' | 'reason'

/** What somebody typed into the form of an action, or sent to it. */
interface Typed {
  /** Major units as people write them, in minor units; undefined when left empty. */
  amount(currency: string): number | undefined
  currency(fallback: string): string
  text(name: FieldName, fallback: string): string
}

interface HandAction<Subject> {
  label: string
  asks?: Partial<Record<FieldName, string>>
  /** Whether the page shows the button. The action itself refuses, with Stripe's words, when it cannot be done. */
  offered(subject: Subject, work: Work): boolean
  /** Returns what it made, if it made something. */
  run(work: Work, subject: Subject, typed: Typed): { object: { id: string } } | void
}
type HandActions = { [K in Kind]?: Record<string, HandAction<Row<K>>> }

const ALL = 'Amount, empty for all'
const taken = ({ object }: Row<'charge'>) => object.captured && object.payment_intent !== null
const isInquiry = ({ object }: Row<'dispute'>) => object.status.startsWith('warning_')
const isOpen = ({ object }: Row<'dispute'>) => !['lost', 'warning_closed', 'won'].includes(object.status)
const accountWork = (work: Work, row: Row<'account'>): Work => ({ ...work, account: row.object.id })

const BY_HAND: HandActions = {
  charge: {
    refund: {
      label: 'Refund',
      asks: { amount: ALL },
      offered: (row) => taken(row) && !row.object.refunded,
      run: (work, row, typed) =>
        refundCharge(work, row, {
          amount: typed.amount(row.object.currency),
          reason: 'requested_by_customer',
        }),
    },
    dispute: {
      label: 'Dispute',
      asks: { amount: ALL, reason: 'Reason, empty for fraudulent' },
      offered: (row) => taken(row) && !row.object.disputed,
      run: (work, row, typed) =>
        createDispute(work, row, {
          reason: typed.text('reason', 'fraudulent'),
          amount: typed.amount(row.object.currency),
          inquiry: false,
        }),
    },
    inquire: {
      label: 'Inquire as the bank',
      asks: { reason: 'Reason, empty for unrecognized' },
      offered: (row) => taken(row) && !row.object.disputed,
      run: (work, row, typed) =>
        createDispute(work, row, { reason: typed.text('reason', 'unrecognized'), inquiry: true }),
    },
    warn: { label: 'Warn of fraud', offered: taken, run: warnOfFraud },
  },
  refund: {
    succeed: {
      label: 'Let it succeed',
      offered: (row) => row.object.status === 'pending' && row.aside.plan !== 'wait',
      run: (work, row) => settleRefund(work, row, null),
    },
    fail: {
      label: 'Let it fail',
      asks: { reason: 'Reason, empty for declined' },
      offered: (row) => row.object.status === 'pending' || row.object.status === 'succeeded',
      run: (work, row, typed) => settleRefund(work, row, typed.text('reason', 'declined')),
    },
  },
  payment_intent: {
    capture: {
      label: 'Capture',
      offered: (row) => row.object.status === 'requires_capture',
      run: (work, row) => capture(work, row, undefined),
    },
    cancel: {
      label: 'Cancel',
      offered: (row) => row.object.status === 'requires_capture',
      run: (work, row) => cancelIntent(work, row, 'requested_by_customer'),
    },
  },
  transfer: {
    reverse: {
      label: 'Reverse',
      asks: { amount: ALL },
      offered: (row) => !row.object.reversed,
      run: (work, row, typed) => reverseTransfer(work, row, { amount: typed.amount(row.object.currency) }),
    },
  },
  dispute: {
    win: {
      label: 'Decide for us',
      offered: (row) => isOpen(row) && !isInquiry(row),
      run: (work, row) => closeDispute(work, row, 'won'),
    },
    lose: {
      label: 'Decide for the cardholder',
      offered: (row) => isOpen(row) && !isInquiry(row),
      run: (work, row) => closeDispute(work, row, 'lost'),
    },
    escalate: {
      label: 'Escalate to a chargeback',
      offered: (row) => isOpen(row) && isInquiry(row),
      run: escalateInquiry,
    },
    close: {
      label: 'Close the inquiry',
      offered: (row) => isOpen(row) && isInquiry(row),
      run(work, row) {
        if (!isInquiry(row)) throw invalidRequest('Only an inquiry is closed without a verdict.')
        closeDispute(work, row, 'won')
      },
    },
  },
  payout: {
    pay: {
      label: 'Let it arrive',
      offered: (row) => ['in_transit', 'pending'].includes(row.object.status),
      run: payPayout,
    },
    fail: {
      label: 'Let the bank refuse it',
      asks: { reason: 'Reason, empty for account_closed' },
      offered: (row) => ['in_transit', 'paid', 'pending'].includes(row.object.status),
      run: (work, row, typed) => failPayout(work, row, typed.text('reason', 'account_closed')),
    },
  },
  account: {
    restrict: {
      label: 'Restrict',
      offered: (row) => !row.aside.restricted,
      run: (work, row) => restrictAccount(work, row, true),
    },
    restore: {
      label: 'Lift restriction',
      offered: (row) => row.aside.restricted === true,
      run: (work, row) => restrictAccount(work, row, false),
    },
    'lose-capability': {
      label: 'Take a capability away',
      asks: { capability: 'Capability, empty for transfers' },
      offered: (row) => Object.values(row.object.capabilities ?? {}).includes('active'),
      run: (work, row, typed) => changeCapability(work, row, typed.text('capability', 'transfers'), true),
    },
    'regain-capability': {
      label: 'Give a capability back',
      asks: { capability: 'Capability, empty for transfers' },
      offered: (row) => (row.aside.lost ?? []).length > 0,
      run: (work, row, typed) => changeCapability(work, row, typed.text('capability', 'transfers'), false),
    },
    transfer: {
      label: 'Send funds',
      asks: { amount: 'Amount', currency: 'Currency, empty for its own' },
      offered: (row) => row.object.capabilities?.transfers === 'active',
      run(work, row, typed) {
        const currency = typed.currency(row.object.default_currency ?? 'usd')
        return createTransfer(work, {
          destination: row.object.id,
          amount: typed.amount(currency),
          currency,
          description: 'Sent by hand',
        })
      },
    },
    settle: {
      label: 'Make its pending funds available',
      offered: (row, work) => balancesOf(accountWork(work, row)).some(({ pending }) => pending !== 0),
      run: (work, row) => settleNow(accountWork(work, row)),
    },
    'pay-out': {
      label: 'Pay out all to its bank',
      offered: (row, work) => balancesOf(accountWork(work, row)).some(({ available }) => available > 0),
      run: (work, row) => payOutNow(accountWork(work, row))[0],
    },
    // At Stripe only an account with a full dashboard can leave; here any may, so that everybody can rehearse it.
    deauthorize: {
      label: 'Disconnect from the platform',
      offered: (row) => !row.aside.disconnected,
      run: deauthorize,
    },
  },
}

/** The platform's own money; it has an account id, and `platform` is a name for it that never changes. */
const BY_HAND_ON_PLATFORM: Record<string, HandAction<null>> = {
  'top-up': {
    label: 'Top up',
    asks: { amount: 'Amount', currency: 'Currency, empty for usd' },
    offered: () => true,
    run(work, _platform, typed) {
      const currency = typed.currency('usd')
      const amount = typed.amount(currency)
      if (amount === undefined) throw invalidRequest('How much is to be added?')
      return topUp(work, amount, currency)
    },
  },
  drain: {
    label: 'Pay out all, and let the bank refuse debits',
    offered: (_platform, work) => !debitsRefused(work) || availableBalance(work, 'usd') > 0,
    run(work) {
      refuseDebits(work, true)
      return balancesOf(work).some(({ available }) => available > 0) ? payOutNow(work)[0] : undefined
    },
  },
  'allow-debits': {
    label: 'Let the bank be debited again',
    offered: (_platform, work) => debitsRefused(work),
    run: (work) => refuseDebits(work, false),
  },
  settle: {
    label: 'Make pending funds available',
    offered: (_platform, work) => balancesOf(work).some(({ pending }) => pending !== 0),
    run: (work) => settleNow(work),
  },
}

const isPlatform = (work: Work, id: string) => id === 'platform' || id === work.platform

function actionsOf<K extends Kind>(kind: K): Record<string, HandAction<Row<K>>> {
  return BY_HAND[kind] ?? {}
}

export interface OfferedAction {
  name: string
  label: string
  asks: Partial<Record<FieldName, string>>
}

export function actionsOffered(work: Work, row: Row<Kind> | null): OfferedAction[] {
  const offer = <S>(actions: Record<string, HandAction<S>>, subject: S) =>
    Object.entries(actions)
      .filter(([, action]) => action.offered(subject, work))
      .map(([name, { label, asks = {} }]) => ({ name, label, asks }))
  return row === null ? offer(BY_HAND_ON_PLATFORM, null) : offer(actionsOf(row.kind), row)
}

/** All or nothing. Returns the id of what the action made, or of what it was done to. */
export function act(work: Work, id: string, name: string, body: string): string {
  const typed = readTyped(body)
  return work.store.transaction(() => {
    if (isPlatform(work, id)) {
      const action = own(BY_HAND_ON_PLATFORM, name)
      if (!action) throw invalidRequest(`The platform has no action ${name}.`)
      return action.run(work, null, typed)?.object.id ?? work.platform
    }
    const row = work.store.findAny(id)
    if (!row) throw invalidRequest(`No such object: ${id}`)
    const action = own(actionsOf(row.kind), name)
    if (!action) throw invalidRequest(`A ${row.kind} has no action ${name}.`)
    return action.run({ ...work, account: row.account }, row, typed)?.object.id ?? id
  })
}

function own<T>(table: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function readTyped(body: string): Typed {
  const form = decodeForm(body)
  const text = (name: FieldName, fallback: string) => {
    const value = form[name]
    return (typeof value === 'string' && value.trim()) || fallback
  }
  return {
    text,
    currency(fallback) {
      const currency = text('currency', fallback).toLowerCase()
      if (!isCurrency(currency)) throw invalidRequest(`Invalid currency: ${currency}`)
      return currency
    },
    amount(currency) {
      const typed = text('amount', '')
      if (typed === '') return undefined
      const minor = Math.round(Number(typed) * 10 ** decimalsOf(currency))
      if (!Number.isSafeInteger(minor) || minor < 1) throw invalidRequest(`"${typed}" is not an amount.`)
      return minor
    },
  }
}
