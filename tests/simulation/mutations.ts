// Mistakes that somebody could make in the code of fees, refunds, transitions and effect keys: one sentence changed. Each must be
// caught by the simulation with a small budget, or by the tests named beside it. `npm run test:mutations` plants one after the other.

export interface Mutation {
  readonly name: string
  /** From the root of the repository. */
  readonly file: string
  /** Stands in the file once. */
  readonly find: string
  readonly replace: string
  /** Asked where the simulation keeps its promises all the same: what only an exact figure can tell. */
  readonly tests: readonly string[]
}

const FEES = 'src/modules/payments/domain/fees.ts'
const FEE_TESTS = ['src/modules/payments/domain']
const PAYMENT_TESTS = ['src/modules/payments/payments.db.test.ts']
const PAYOUT_TESTS = ['src/modules/payouts']
const BOOKING_TESTS = ['src/modules/bookings']

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'fee: the commission is rounded away from the price',
    file: FEES,
    find: 'providerNetMinor: baseMinor - commissionMinor,',
    replace: 'providerNetMinor: baseMinor,',
    tests: FEE_TESTS,
  },
  {
    name: 'fee: a guest pays the whole fee on top of the commission',
    file: FEES,
    find: 'shareHalfUp(baseMinor, guestFee, stepMinor) - commissionMinor : 0n',
    replace: 'shareHalfUp(baseMinor, guestFee, stepMinor) : 0n',
    tests: FEE_TESTS,
  },
  {
    name: 'fee: a customer with an account pays the surcharge too',
    file: FEES,
    find: 'const surchargeMinor = guest ?',
    replace: 'const surchargeMinor = guest || baseMinor > 0n ?',
    tests: FEE_TESTS,
  },
  {
    name: 'fee: the whole commission is kept of a part of the price',
    file: FEES,
    find: 'return { providerNetMinor: keptBaseMinor - commissionMinor, commissionMinor, surchargeMinor }',
    replace:
      'return { providerNetMinor: keptBaseMinor - commissionMinor, commissionMinor: figures.commissionMinor, surchargeMinor }',
    tests: FEE_TESTS,
  },
  {
    name: 'fee: a refund takes nothing of the surcharge while there is price left',
    file: FEES,
    find: 'const most = inProportion < surchargeLeftMinor ? inProportion : surchargeLeftMinor',
    replace: 'const most = inProportion < 0n ? inProportion : 0n',
    tests: FEE_TESTS,
  },
  {
    name: 'refund: one that failed stays reserved',
    file: 'src/modules/payments/domain/refund-change.ts',
    find: 'reserved: failed ? -1n : 0n,',
    replace: 'reserved: 0n,',
    tests: FEE_TESTS,
  },
  {
    name: 'refund: money that came back is not booked',
    file: 'src/modules/payments/domain/refund-change.ts',
    find: "comesBack: failed && before !== 'requested',",
    replace: 'comesBack: false,',
    tests: FEE_TESTS,
  },
  {
    name: 'refund: old news undoes what is known',
    file: 'src/modules/payments/domain/refund-change.ts',
    find: 'const changes = RANK[seen] > RANK[before]',
    replace: 'const changes = RANK[seen] !== RANK[before]',
    tests: FEE_TESTS,
  },
  {
    name: 'refund: one made by hand reserves nothing',
    file: 'src/modules/payments/apply-refund.ts',
    find: 'await writeSums(tx, ctx, payment, 0n, seen.amountMinor)',
    replace: 'await writeSums(tx, ctx, payment, 0n, 0n)',
    tests: PAYMENT_TESTS,
  },
  {
    name: 'refund: one made by hand is taken for ours that is on its way',
    file: 'src/modules/payments/apply-refund.ts',
    find: 'refund.id === seen.refundId || refund.stripeRefundId === seen.id',
    replace:
      "refund.id === seen.refundId || refund.stripeRefundId === seen.id || refund.status === 'requested'",
    tests: PAYMENT_TESTS,
  },
  {
    name: 'refund: an operator may give back what was given back before',
    file: 'src/modules/payments/refund-booking.ts',
    find: 'const leftMinor = payment.capturedMinor - back.baseRefundedMinor - back.surchargeRefundedMinor',
    replace: 'const leftMinor = payment.capturedMinor',
    tests: PAYOUT_TESTS,
  },
  {
    name: 'refund: the customer who cancels gets what had come back once more',
    file: 'src/modules/bookings/domain/cancellation.ts',
    find: 'proportionHalfUp(paidMinor, BigInt(percent), 100n, stepMinor) - backMinor',
    replace: 'proportionHalfUp(paidMinor, BigInt(percent), 100n, stepMinor) - backMinor * 0n',
    tests: BOOKING_TESTS,
  },
  {
    name: 'transition: money that came too late is kept',
    file: 'src/modules/bookings/settle-paid-booking.ts',
    find: 'if (await stoodBefore(tx, booking)) return',
    replace: 'if (!(await stoodBefore(tx, booking))) return',
    tests: BOOKING_TESTS,
  },
  {
    name: 'transition: a hold ends while its payment page is open',
    file: 'src/modules/payments/expire-checkout.ts',
    find: 'return await gateway.expireCheckout(checkoutId)',
    replace: "return { ...(await gateway.readCheckout(checkoutId)), status: 'expired' }",
    tests: BOOKING_TESTS,
  },
  {
    name: 'transition: what was declined can be accepted',
    file: 'src/modules/bookings/domain/lifecycle.ts',
    find: "{ name: 'accept', from: 'awaiting_provider', to: 'confirmed', by: ['provider', 'operator'] },",
    replace:
      "{ name: 'accept', from: 'awaiting_provider', to: 'confirmed', by: ['provider', 'operator'] }, { name: 'accept', from: 'declined', to: 'confirmed', by: ['provider', 'operator'] },",
    tests: BOOKING_TESTS,
  },
  {
    name: 'transition: a dispute that was decided is opened again by old news',
    file: 'src/modules/payments/domain/dispute-change.ts',
    find: 'return RANK[seen] > RANK[before] ? seen : before',
    replace: 'return seen',
    tests: FEE_TESTS,
  },
  {
    name: 'transition: a payout goes out while a dispute holds it',
    file: 'src/modules/payouts/domain/payout-rules.ts',
    find: "if (paymentStatus === 'disputed') return 'disputed'",
    replace: "if (paymentStatus === 'dispute_lost') return 'disputed'",
    tests: PAYOUT_TESTS,
  },
  {
    name: 'transition: a payout goes out a day before its escrow ends',
    file: 'src/modules/payouts/domain/payout-rules.ts',
    find: 'return endsAt.add({ hours: escrowDays * 24 })',
    replace: 'return endsAt.add({ hours: (escrowDays - 1) * 24 })',
    tests: PAYOUT_TESTS,
  },
  {
    name: 'effect key: all refunds of a booking are one effect',
    file: 'src/modules/payments/postings.ts',
    find: 'effectKey: `stripe:${stripeRefundId}:refund`,',
    replace: 'effectKey: `stripe:${refund.bookingId}:refund`,',
    tests: PAYMENT_TESTS,
  },
  {
    name: 'effect key: each look at a dispute is another effect',
    file: 'src/modules/payments/postings.ts',
    find: 'effectKey: `stripe:${entry.id}:dispute`,',
    replace: 'effectKey: `stripe:${entry.id}:dispute:${performance.now()}`,',
    tests: PAYMENT_TESTS,
  },
  {
    name: 'effect key: shares that are given out again are the first ones',
    file: 'src/modules/payouts/postings.ts',
    find: "effectKey: `booking:${bookingId}:${kind}${release === 0 ? '' : `:${release}`}`,",
    replace: 'effectKey: `booking:${bookingId}:${kind}`,',
    tests: PAYOUT_TESTS,
  },
  {
    name: 'effect key: all reversals of a booking are one effect',
    file: 'src/modules/payouts/postings.ts',
    find: 'effectKey: `stripe:${stripeReversalId}:reversal`,',
    replace: 'effectKey: `stripe:${released.bookingId}:reversal`,',
    tests: PAYOUT_TESTS,
  },
  {
    name: 'effect key: each try at the gateway has a key of its own',
    file: 'src/modules/payments/operations.ts',
    find: 'made: await call(operation.id, operation.request)',
    replace: 'made: await call(randomUUID(), operation.request)',
    tests: PAYMENT_TESTS,
  },
  {
    name: 'effect key: a call without an answer is forgotten, and made anew',
    file: 'src/modules/payments/operations.ts',
    find: "if (last && last.status !== 'rejected') return last",
    replace: "if (last && last.status === 'succeeded') return last",
    tests: PAYMENT_TESTS,
  },
]

/** The file's code with the mistake in it. */
export function plant({ find, replace, name }: Mutation, code: string): string {
  if (code.split(find).length !== 2) throw new Error(`what "${name}" changes is not there once`)
  return code.replace(find, () => replace)
}

/** What is said when the file has been read with the mistake in it: a test that fails before says nothing about it. */
export const plantedLine = ({ name }: Mutation) => `planted: ${name}`

/** A part of vite's plugins: the file is read as if the mistake stood in it. */
export function plantMutation(mutation: Mutation) {
  return {
    name: 'plant-mutation',
    enforce: 'pre' as const,
    transform(code: string, id: string): string | null {
      if (!id.endsWith(`/${mutation.file}`)) return null
      console.log(plantedLine(mutation))
      return plant(mutation, code)
    },
  }
}
