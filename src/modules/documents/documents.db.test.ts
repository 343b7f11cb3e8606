import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { ANONYMOUS, type Actor } from '#src/kernel/actor.ts'
import type { BookingId, DocumentId, ProviderId, RefundId, UserId } from '#src/kernel/ids.ts'
import { claimBooking } from '#src/modules/bookings/claim-booking.ts'
import { findGuestKey } from '#src/modules/bookings/index.ts'
import { lockBookingVisibleTo } from '#src/modules/bookings/move-booking.ts'
import { retryRefund, settleRefundOutside } from '#src/modules/payments/failed-refunds.ts'
import { lockPaymentOfBooking, requestRefund } from '#src/modules/payments/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import {
  CARDS,
  makeBooking,
  makeProvider,
  moveTo,
  moneyRig,
  paidBooking,
  type MadeBooking,
} from '#tests/support/money.ts'
import { issueCreditNote, issueReceipt } from './issue-document.ts'
import { findDocumentOf, getDocument, listDocuments, type DocumentView } from './reads.ts'

const rig = await moneyRig()
const { db, owner } = rig.database
const provider = await makeProvider(rig)
afterEach(() => rig.clearFaults())

const as = (actor: Actor): Ctx => ({ ...rig.ctx(), actor })
const asSystem = () => as({ kind: 'system', name: 'test' })
const operator: Actor = {
  kind: 'user',
  userId: randomUUID() as UserId,
  operatorRole: 'finance',
  providerIds: [],
}
const user = (over: Partial<Extract<Actor, { kind: 'user' }>> = {}): Actor => ({
  kind: 'user',
  userId: randomUUID() as UserId,
  operatorRole: null,
  providerIds: [],
  ...over,
})

async function documentsOf({ id }: Pick<MadeBooking, 'id'>): Promise<DocumentView[]> {
  const items = await listDocuments(asSystem(), id)
  return Promise.all(items.map((item) => getDocument(asSystem(), item.id as DocumentId)))
}

async function refund(booking: MadeBooking, baseMinor: bigint, surchargeMinor: bigint): Promise<RefundId> {
  const made = await inTransaction(rig.ctx(), (tx) =>
    requestRefund(tx, rig.ctx(), { bookingId: booking.id, baseMinor, surchargeMinor, cause: randomUUID() }),
  )
  await rig.runJobs()
  return made?.id as RefundId
}

async function statusOfRefund(id: RefundId): Promise<unknown> {
  await rig.runJobs()
  return (await db.execute(sql`select status from refunds where id = ${id}`)).rows[0]?.['status']
}

async function sequences(kind: string): Promise<number[]> {
  const { rows } = await db.execute<{ sequence: number }>(
    sql`select sequence from documents where kind = ${kind} order by sequence`,
  )
  return rows.map(({ sequence }) => sequence)
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

test('a booking that is paid has a receipt for what was paid, line by line', async () => {
  const booking = await paidBooking(rig, provider)
  const [receipt, ...others] = await documentsOf(booking)
  expect(others).toEqual([])
  expect(receipt).toMatchObject({
    kind: 'receipt',
    number: expect.stringMatching(/^R-\d{4}-\d{6}$/),
    refundId: null,
    provider: { name: 'Still Waters', taxNumber: null },
    platform: { name: 'Ecosystem' },
    customer: { name: 'Gale Guest', lines: ['gale@example.com'] },
    lines: [
      { description: 'Deep tissue massage', soldBy: 'provider', amount: { amountMinor: 10_000 } },
      { description: 'Guest booking fee', soldBy: 'platform', amount: { amountMinor: 1_000 } },
    ],
    taxes: [],
    total: { amountMinor: 11_000, currency: 'USD' },
  })
})

test('each refund has a credit note that names the receipt', async () => {
  const booking = await paidBooking(rig, provider)
  const first = await refund(booking, 5_000n, 500n)
  const second = await refund(booking, 5_000n, 500n)
  await expect.poll(() => statusOfRefund(second), { timeout: 10_000 }).toBe('succeeded')
  const [receipt, ...notes] = await documentsOf(booking)
  expect(
    notes.map(({ kind, refundId, receiptNumber, total }) => [
      kind,
      refundId,
      receiptNumber,
      total.amountMinor,
    ]),
  ).toEqual([
    ['credit_note', first, receipt?.number, 5_500],
    ['credit_note', second, receipt?.number, 5_500],
  ])
  expect(notes[0]?.number).toMatch(/^C-\d{4}-\d{6}$/)
})

test('is found by its booking and refund as soon as it is there', async () => {
  const booking = await paidUnheardOf()
  const wanted = { kind: 'credit_note', refundId: booking.refundId } as const
  const find = (what: Parameters<typeof findDocumentOf>[2], by = asSystem()) =>
    findDocumentOf(by, booking.id, what)
  expect(await find({ kind: 'receipt' })).toBeNull()
  expect(await find(wanted)).toBeNull()
  const receipt = await issueReceipt(asSystem(), booking.id)
  const note = await issueCreditNote(asSystem(), booking.refundId)
  expect(await find({ kind: 'receipt' })).toBe(receipt?.id)
  expect(await find(wanted)).toBe(note?.id)

  const other = await paidUnheardOf()
  expect(await issueCreditNote(asSystem(), other.refundId)).not.toBeNull()
  expect(await findDocumentOf(asSystem(), other.id, wanted)).toBeNull()
  await expect(find(wanted, as(user()))).rejects.toMatchObject({ code: 'booking.not_found' })
})

test('sixteen at once, each asked for twice, take their numbers without a gap and without a twin', async () => {
  const bookings: { id: BookingId; refundId: RefundId }[] = []
  for (let count = 0; count < 16; count += 1) bookings.push(await paidUnheardOf())
  const before = {
    receipts: (await sequences('receipt')).length,
    notes: (await sequences('credit_note')).length,
  }
  await Promise.all(
    bookings.flatMap(({ id, refundId }) => [
      issueReceipt(asSystem(), id),
      issueCreditNote(asSystem(), refundId),
      issueCreditNote(asSystem(), refundId),
      issueReceipt(asSystem(), id),
    ]),
  )
  expect(await sequences('receipt')).toEqual(upTo(before.receipts + 16))
  expect(await sequences('credit_note')).toEqual(upTo(before.notes + 16))
  for (const { id } of bookings) expect(await documentsOf({ id })).toHaveLength(2)
})

/** Taken and given back, without an event that anybody heard. */
async function paidUnheardOf(): Promise<{ id: BookingId; refundId: RefundId }> {
  const { id, figures } = await makeBooking(rig, provider)
  const now = rig.ctx().now.toString()
  const [paymentId, refundId] = [randomUUID(), randomUUID() as RefundId]
  await owner.execute(sql`
    insert into payments (id, booking_id, status, capture_method, currency, amount_minor, captured_minor, refund_requested_minor,
      refunded_minor, payment_intent_id, charge_id, captured_at, created_at, updated_at)
    values (${paymentId}, ${id}, 'partially_refunded', 'automatic', 'USD', ${figures.totalMinor}, ${figures.totalMinor}, 1000, 1000,
      ${`pi_${paymentId}`}, ${`ch_${paymentId}`}, ${now}, ${now}, ${now})`)
  await owner.execute(sql`
    insert into refunds (id, payment_id, booking_id, status, cause, amount_minor, base_part_minor, surcharge_part_minor, currency,
      stripe_refund_id, requested_at, settled_at)
    values (${refundId}, ${paymentId}, ${id}, 'succeeded', 'test', 1000, 1000, 0, 'USD', ${`re_${refundId}`}, ${now}, ${now})`)
  return { id, refundId }
}

test('what was paid and given back before there were documents gets them, once', async () => {
  const { id, refundId } = await paidUnheardOf()
  expect(await rig.sweep('documents.missing-credit-notes')).toBe(1)
  expect(await rig.sweep('documents.missing-receipts')).toBe(0)
  expect((await documentsOf({ id })).map((document) => document.refundId)).toEqual([null, refundId])
  expect(await rig.sweep('documents.missing-credit-notes')).toBe(0)
})

test('one document that cannot be issued keeps nobody else from theirs', async () => {
  const broken = await paidUnheardOf()
  const next = await paidUnheardOf()
  const taken = (by: number) =>
    owner.execute(sql`
      update payments set amount_minor = amount_minor + ${by}, captured_minor = captured_minor + ${by}, captured_at = captured_at - interval '1 day'
      where booking_id = ${broken.id}`)
  await owner.execute(
    sql`update refunds set settled_at = settled_at - interval '1 day' where id = ${broken.refundId}`,
  )
  await taken(1) // more than any receipt could say
  expect(await rig.sweep('documents.missing-receipts')).toBe(1)
  expect(await rig.sweep('documents.missing-credit-notes')).toBe(1)
  expect(await documentsOf(next)).toHaveLength(2)
  expect(await documentsOf(broken)).toEqual([])

  await taken(-1)
  expect(await rig.sweep('documents.missing-credit-notes')).toBe(1)
  expect(await documentsOf(broken)).toHaveLength(2)
})

async function untilOneWaits(): Promise<void> {
  const waiting = sql`select from pg_locks where not granted`
  await expect.poll(async () => (await owner.execute(waiting)).rowCount).toBe(1)
}

test('somebody who works on a booking and then on its payment does not stand in the way of its receipt', async () => {
  const { id } = await paidUnheardOf()
  const receipt = await db.transaction(async (tx) => {
    await lockBookingVisibleTo(tx, asSystem(), id)
    const issued = issueReceipt(asSystem(), id)
    await Promise.race([issued, untilOneWaits()])
    await lockPaymentOfBooking(tx, id)
    return issued
  })
  expect(receipt?.bookingId).toBe(id)
})

test('a number whose transaction is rolled back is taken by the next', async () => {
  const booking = await paidUnheardOf()
  const before = (await sequences('receipt')).length
  await expect(
    inTransaction(asSystem(), async () => {
      await issueReceipt(asSystem(), booking.id)
      throw new Error('the power fails')
    }),
  ).rejects.toThrow('the power fails')
  await issueReceipt(asSystem(), booking.id)
  expect(await sequences('receipt')).toEqual(upTo(before + 1))
})

test('an event that comes again issues nothing again', async () => {
  const booking = await paidBooking(rig, provider)
  const refundId = await refund(booking, 10_000n, 1_000n)
  await expect.poll(() => statusOfRefund(refundId), { timeout: 10_000 }).toBe('succeeded')
  const issued = await documentsOf(booking)
  await inTransaction(rig.ctx(), async (tx) => {
    for (const type of ['payment.captured', 'payment.refunded', 'payment.refunded'])
      await emit(tx, {
        type,
        subjectId: booking.id,
        payload: { bookingId: booking.id, refundId },
        occurredAt: rig.ctx().now,
      })
  })
  await rig.runJobs()
  expect(await documentsOf(booking)).toEqual(issued)
  expect(issued).toHaveLength(2)
})

test('a refund that did not arrive and was given in another way has one credit note', async () => {
  const booking = await paidBooking(rig, provider, CARDS.refundFails)
  const refundId = await refund(booking, 5_000n, 500n)
  await expect.poll(() => statusOfRefund(refundId), { timeout: 10_000 }).toBe('failed')
  await settleRefundOutside(as(operator), { refundId, reason: 'Sent by bank transfer' })
  await rig.runJobs()
  const notes = (await documentsOf(booking)).filter(({ kind }) => kind === 'credit_note')
  expect(notes).toMatchObject([{ refundId, total: { amountMinor: 5_500 } }])
})

test('a refund that is made again credits the same money once', async () => {
  const booking = await paidBooking(rig, provider, CARDS.refundFails)
  const refundId = await refund(booking, 5_000n, 500n)
  await expect.poll(() => statusOfRefund(refundId), { timeout: 10_000 }).toBe('failed')
  const again = await retryRefund(as(operator), { refundId, reason: 'The card works again' })
  await expect.poll(() => statusOfRefund(again.id), { timeout: 10_000 }).toBe('failed')
  await settleRefundOutside(as(operator), { refundId: again.id, reason: 'Sent by bank transfer' })
  await rig.runJobs()
  const found = (tried: RefundId) =>
    findDocumentOf(asSystem(), booking.id, { kind: 'credit_note', refundId: tried })
  expect(await found(refundId)).not.toBeNull()
  expect(await found(again.id)).toBe(await found(refundId))
  await rig.runJobs()
  const notes = (await documentsOf(booking)).filter(({ kind }) => kind === 'credit_note')
  expect(notes.map(({ total }) => total.amountMinor)).toEqual([5_500])
})

test('a guest who takes the booking into an account changes nothing that was issued', async () => {
  const booking = await paidBooking(rig, provider)
  await moveTo(rig, booking.id, 'confirm')
  const before = await documentsOf(booking)
  const userId = randomUUID() as UserId
  const now = rig.ctx().now
  await owner.execute(
    sql`insert into users (id, name, email) values (${userId}, 'Cora Customer', 'cora@example.com')`,
  )
  await owner.execute(sql`
    insert into booking_links (id, booking_id, expires_at, created_at)
    values (${randomUUID()}, ${booking.id}, ${now.add({ hours: 24 }).toString()}, ${now.toString()})`)
  const key = await findGuestKey(db, rig.ctx(), booking.id)
  await claimBooking(as(user({ userId })), rig.gateway, key ?? '')
  expect(await documentsOf(booking)).toEqual(before)
  expect(await listDocuments(as(user({ userId })), booking.id)).toHaveLength(1)
})

test('who has a part in the booking reads its documents; for everybody else there are none', async () => {
  const booking = await paidBooking(rig, provider)
  const [receipt] = await documentsOf(booking)
  const paths = [`/bookings/${booking.id}/documents`, `/documents/${receipt?.id}`]
  const readers: Actor[] = [
    { kind: 'guest', bookingId: booking.id },
    user({ providerIds: [provider.providerId] }),
    operator,
  ]
  for (const reader of readers)
    for (const path of paths) expect(await rig.call(reader, 'GET', path)).toMatchObject({ status: 200 })
  const strangers: Actor[] = [
    ANONYMOUS,
    { kind: 'guest', bookingId: randomUUID() as BookingId },
    user(),
    user({ providerIds: [randomUUID() as ProviderId] }),
  ]
  for (const stranger of strangers)
    for (const path of paths)
      expect(await rig.call(stranger, 'GET', path)).toMatchObject({
        status: 404,
        body: { code: expect.stringMatching(/^(booking|document)\.not_found$/) },
      })
})

test('the file is there for whoever reads the document, and for a guest whose link carries the key', async () => {
  const booking = await paidBooking(rig, provider)
  const now = rig.ctx().now
  await owner.execute(sql`
    insert into booking_links (id, booking_id, expires_at, created_at)
    values (${randomUUID()}, ${booking.id}, ${now.add({ hours: 24 }).toString()}, ${now.toString()})`)
  const key = (await findGuestKey(db, rig.ctx(), booking.id)) ?? ''
  const [receipt] = await documentsOf(booking)
  const path = `/documents/${receipt?.id}/pdf`
  for (const [reader, at] of [
    [operator, path],
    [ANONYMOUS, `${path}?key=${key}`],
  ] as const)
    expect(await rig.call(reader, 'GET', at)).toMatchObject({
      status: 200,
      body: expect.stringMatching(new RegExp(`^%PDF-1\\.4[^]*${receipt?.number}[^]*%%EOF\n$`)),
    })
  for (const at of [path, `${path}?key=x${key}`])
    expect(await rig.call(ANONYMOUS, 'GET', at)).toMatchObject({ status: 404 })
})

test('the database refuses a gap, a change, and more credit than was received', async () => {
  const booking = await paidBooking(rig, provider)
  const [receipt] = await documentsOf(booking)
  const copy = (values: {
    sequence: number
    kind: string
    refundId: string | null
    receiptId: string | null
  }) =>
    db.execute(sql`
      insert into documents (id, kind, year, sequence, booking_id, refund_id, receipt_id, issued_at, currency, total_minor, content)
      select ${randomUUID()}, ${values.kind}, year, ${values.sequence}, booking_id, ${values.refundId}::uuid,
        ${values.receiptId}::uuid, issued_at, currency, total_minor + 1, content
      from documents where id = ${receipt?.id}`)
  const refusal = (what: Promise<unknown>) =>
    what.then(
      () => 'accepted',
      (error: unknown) => String((error as Error).cause),
    )
  const next = (await sequences('receipt')).length + 1
  const gap = { kind: 'receipt', refundId: null, receiptId: null }
  expect(await refusal(copy({ ...gap, sequence: next + 1 }))).toContain('leaves a gap')
  const { refundId } = await paidUnheardOf()
  const sequence = (await sequences('credit_note')).length + 1
  const tooMuch = { kind: 'credit_note', refundId, receiptId: receipt?.id ?? null, sequence }
  expect(await refusal(copy(tooMuch))).toContain('no more than its receipt')
  for (const change of [sql`update documents set total_minor = 1`, sql`delete from documents`]) {
    expect(await refusal(db.execute(change))).toContain('permission denied')
    expect(await refusal(owner.execute(change))).toContain('append-only')
  }
})
