// What must be true of the whole marketplace at any moment, asked of the database itself. Every statement below looks for
// what must not exist, so that no row is good news. Races, crash tests and journeys end with it.
import { sql, type SQL } from 'drizzle-orm'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { chargeStepOf } from '#src/kernel/charges.ts'
import { CURRENCY_EXPONENTS } from '#src/kernel/currencies.ts'
import type { Currency } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Queryable } from '#src/platform/db/database.ts'

export interface CheckOptions {
  /** The present time of the marketplace, whose clock may have been moved. */
  readonly now: Temporal.Instant
  /** Whether everything has come to rest: then nothing may be on its way either. Default false. */
  readonly settled?: boolean
  /** Whether mail goes to the embedded mailbox. Default true; otherwise somebody else counts what arrives. */
  readonly mailbox?: boolean
  /** Default 7, as the product's. */
  readonly escrowDays?: number
}

export interface Violation {
  readonly invariant: string
  readonly promise: string
  /** The first few rows that break it. */
  readonly rows: readonly Record<string, unknown>[]
}

interface Rule {
  readonly invariant: string
  /** What is promised, as the operator would say it. */
  readonly promise: string
  /** Only true once nothing is in flight. */
  readonly onceSettled?: true
  readonly broken: (at: Moment) => SQL
}

interface Moment {
  readonly mailbox: boolean
  readonly now: SQL
  readonly escrowDays: number
}

const ROWS_SHOWN_MAX = 5
const LIVE = sql.raw(`('held', 'awaiting_provider', 'confirmed', 'in_progress')`)
const PAID_STATES = sql.raw(`('confirmed', 'in_progress', 'completed', 'no_show')`)
// What moves our own balance and no booking's: payouts to our bank, top-ups, fees of the account.
const OWN_MOVEMENTS = sql.raw(
  `('bank_payout', 'bank_payout_failed', 'top_up', 'top_up_failed', 'stripe_fee')`,
)
const OVER = sql.raw(`('completed', 'no_show', 'cancelled', 'expired', 'declined')`)

const sumOf = (kind: string) =>
  sql.raw(
    `sum(case t.kind when '${kind}' then t.amount_minor when '${kind}_returned' then -t.amount_minor else 0 end)`,
  )

/** amount × part / whole, rounded half up to what can be charged in the currency: every unit, and every tenth of a dinar's. */
function shareOf(amount: string, part: string, whole: string, currency: string): SQL {
  const step = `(case ${currency} ${COARSE.map((code) => `when '${code}' then ${chargeStepOf(code)}`).join(' ')} else 1 end)`
  return sql.raw(`div(2 * ${amount} * ${part} + ${whole} * ${step}, 2 * ${whole} * ${step}) * ${step}`)
}

const COARSE = (Object.keys(CURRENCY_EXPONENTS) as Currency[]).filter((code) => chargeStepOf(code) > 1n)

// What each booking has left in escrow by the ledger, what was shared out of it, what the provider was sent and kept of that, and
// what was netted: kept of its payout for the debts of others, less what was kept of others for its own.
const BOOKS = sql`
  books as (
    select t.subject_id as booking_id,
      sum(case when c.code = 'escrow' then t.amount_minor else 0 end) - sum(case when d.code = 'escrow' then t.amount_minor else 0 end) as escrow_minor,
      ${sumOf('provider_share')} as provider_minor, ${sumOf('commission')} as commission_minor, ${sumOf('surcharge')} as surcharge_minor,
      sum(case t.kind when 'provider_transfer' then t.amount_minor when 'transfer_reversal' then -t.amount_minor else 0 end) as passed_on_minor,
      bool_or(t.kind in ('provider_share', 'commission', 'surcharge')) as released
    from ledger_transfers t join ledger_accounts d on d.id = t.debit_account_id join ledger_accounts c on c.id = t.credit_account_id
    group by t.subject_id),
  back as (
    select booking_id, base_part_minor, surcharge_part_minor, status in ('pending', 'succeeded') or settled_outside_at is not null as left_us
    from refunds where status <> 'failed' or settled_outside_at is not null
    union all select booking_id, base_part_minor, surcharge_part_minor, true from disputes),
  given_back as (
    select booking_id, sum(base_part_minor) as base_minor, sum(surcharge_part_minor) as surcharge_minor,
      coalesce(sum(base_part_minor + surcharge_part_minor) filter (where left_us), 0) as left_minor
    from back group by booking_id),
  kept_for_debt as (
    select o.booking_id, sum(m.netted_minor - case m.kind when 'recovery' then m.amount_minor else 0 end) as netted_minor from payout_movements m join payouts o on o.id = m.payout_id
    where m.status = 'done' group by o.booking_id)`

// Why a payout may rightly not be where the provider's earnings are: somebody has to decide, or it is to be recovered later.
const WAITS = sql`(o.waits_for is not null or o.attempt_due_at is not null)`

const RULES: readonly Rule[] = [
  {
    invariant: 'I-1',
    promise: 'Each movement of money takes from one account what it gives to another, in one currency.',
    broken: () => sql`
      select t.id, t.kind, t.amount_minor, t.currency, d.currency as debit_currency, c.currency as credit_currency from ledger_transfers t
      left join ledger_accounts d on d.id = t.debit_account_id left join ledger_accounts c on c.id = t.credit_account_id
      where t.amount_minor <= 0 or t.debit_account_id = t.credit_account_id
        or d.currency is distinct from t.currency or c.currency is distinct from t.currency`,
  },
  {
    invariant: 'I-2',
    promise:
      'Nobody can change the history of money, of bookings and of who did what: not the application, and not the owner by mistake.',
    broken: () => sql`
      select g.table_name, g.privilege_type as problem from information_schema.role_table_grants g
      where g.grantee = 'ecosystem_app' and g.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')
        and g.table_name in ('ledger_transfers', 'ledger_accounts', 'ledger_days', 'documents', 'booking_events', 'audit_log')
      union all
      select w.table_name, 'no append-only trigger' from (values ('ledger_transfers'), ('ledger_days'), ('documents'), ('booking_events'), ('audit_log')) w(table_name)
      where not exists (
        select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
        where t.tgrelid = w.table_name::regclass and p.proname = 'refuse_change' and t.tgenabled = 'O' and t.tgtype & 24 = 24)`,
  },
  {
    invariant: 'I-3',
    promise: 'The whole ledger adds up to zero in each currency.',
    broken: () => sql`
      select currency, sum(amount) as difference_minor from (
        select a.currency, t.amount_minor as amount from ledger_transfers t join ledger_accounts a on a.id = t.debit_account_id
        union all select a.currency, -t.amount_minor from ledger_transfers t join ledger_accounts a on a.id = t.credit_account_id) moved
      group by currency having sum(amount) <> 0`,
  },
  {
    invariant: 'I-3',
    promise: 'No account that holds or earns is overdrawn.',
    onceSettled: true, // a refund leaves escrow before the shares come back to it
    broken: () => sql`
      select a.code, a.owner_id, a.currency, sum(case when t.credit_account_id = a.id then t.amount_minor else -t.amount_minor end) as balance_minor
      from ledger_accounts a join ledger_transfers t on a.id in (t.debit_account_id, t.credit_account_id)
      where a.code in ('escrow', 'commission_revenue', 'surcharge_revenue')
      group by a.id having sum(case when t.credit_account_id = a.id then t.amount_minor else -t.amount_minor end) < 0`,
  },
  {
    invariant: 'I-4',
    promise: 'No two live bookings of one calendar take the same time, except seats of one session.',
    broken: () => sql`
      select a.id, b.id as other_id, a.occupied from bookings a
      join bookings b on b.calendar_id = a.calendar_id and a.id < b.id and a.occupied && b.occupied
      where a.state in ${LIVE} and b.state in ${LIVE} and a.session_id <> b.session_id`,
  },
  {
    invariant: 'I-5',
    promise: 'A session has no more people than seats, and each has a seat of their own.',
    broken: () => sql`
      select session_id, count(*) as taken, min(capacity) as capacity from bookings where state in ${LIVE}
      group by session_id having count(*) > min(capacity) or count(distinct seat) < count(*) or count(distinct (service_id, starts_at)) > 1`,
  },
  {
    invariant: 'I-6',
    promise: 'What is taken is the service with its buffers, booked with the notice the provider asks for.',
    broken: () => sql`
      select b.id, b.starts_at, b.ends_at, b.occupied from bookings b
      where b.occupied <> tstzrange(b.starts_at - make_interval(mins => b.buffer_before_minutes), b.ends_at + make_interval(mins => b.buffer_after_minutes))
        or (b.starts_at < b.created_at + make_interval(mins => b.minimum_notice_minutes)
            and not exists (select from booking_events e where e.booking_id = b.id and e.transition = 'reschedule'))`,
  },
  {
    invariant: 'I-7',
    promise:
      'A booking lasts what was sold, and its wall time is its instant in the zone it was promised in.',
    broken: () => sql`
      select id, starts_at, ends_at, time_zone, local_start from bookings
      where isempty(occupied) or ends_at <> starts_at + make_interval(mins => duration_minutes) or starts_at at time zone time_zone <> local_start`,
  },
  {
    invariant: 'I-8',
    promise:
      "The platform's part and the provider's part are the price, and the first is the percentage rounded half up once.",
    broken: () => sql`
      select id, base_minor, commission_minor, provider_net_minor from bookings
      where base_minor <> commission_minor + provider_net_minor
        or commission_minor <> ${shareOf('base_minor', 'platform_fee_basis_points', '10000', 'currency')}`,
  },
  {
    invariant: 'I-9',
    promise:
      'Guests pay the price and the guest fee, customers the price; with the fee the platform has its whole part of a guest booking.',
    broken: () => sql`
      select id, is_guest, base_minor, surcharge_minor, total_minor from bookings
      where total_minor <> base_minor + surcharge_minor
        or surcharge_minor <> case when is_guest then ${shareOf('base_minor', 'guest_fee_basis_points', '10000', 'currency')} - commission_minor else 0 end`,
  },
  {
    invariant: 'I-10',
    promise:
      'A provider is owed the price less the commission for a booking that is over and not given back, and their part of what is kept otherwise.',
    onceSettled: true,
    broken: () => sql`
      with ${BOOKS}, owed as (
        select b.id, b.base_minor - coalesce(g.base_minor, 0) as kept_minor, b.base_minor, b.commission_minor, b.currency
        from bookings b join payments p on p.booking_id = b.id left join given_back g on g.booking_id = b.id
        where b.state in ('completed', 'no_show', 'cancelled') and p.captured_minor > 0),
      net as (select id, kept_minor - ${shareOf('kept_minor', 'commission_minor', 'base_minor', 'currency')} as net_minor from owed)
      select n.id, n.net_minor, o.status, o.amount_minor from net n left join payouts o on o.booking_id = n.id
      where (n.net_minor > 0 and (o.id is null or o.status in ('none', 'reversed') or o.amount_minor <> n.net_minor))
        or (n.net_minor = 0 and (o.status in ('scheduled', 'failed') or o.amount_minor > 0))`,
  },
  {
    invariant: 'I-11',
    promise: 'What is asked is the total that was quoted, and no more than that is taken.',
    broken: () => sql`
      select p.id, p.amount_minor, p.captured_minor, b.total_minor from payments p join bookings b on b.id = p.booking_id
      where p.captured_minor > p.amount_minor or p.currency <> b.currency
        or (p.captured_minor > 0 and p.captured_minor <> p.amount_minor)
        or (p.status <> 'unpaid' and p.amount_minor <> b.total_minor)
      union all
      select o.subject_id, (l.sum)::bigint, p.captured_minor, p.amount_minor from payments p
      join lateral (select * from stripe_operations o where o.kind = 'checkout' and o.subject_id = p.id order by generation desc limit 1) o on true
      cross join lateral (select sum((line->>'amountMinor')::bigint) from jsonb_array_elements(o.request->'lines') line) l
      where p.status <> 'unpaid' and l.sum <> p.amount_minor`,
  },
  {
    invariant: 'I-12',
    promise: 'Each charge, refund and transfer at Stripe is in the books once, with its amount.',
    broken: () => sql`
      with expected(external_id, kind, amount_minor) as (
        select charge_id, 'capture', captured_minor from payments where captured_minor > 0
        union all select charge_id, 'processing_fee', processing_fee_minor from payments where processing_fee_minor > 0
        union all select stripe_refund_id, 'refund', amount_minor from refunds where stripe_refund_id is not null and (status in ('pending', 'succeeded') or settled_at is null)
        union all select stripe_id, case kind when 'transfer' then 'provider_transfer' else 'transfer_reversal' end, amount_minor
          from payout_movements where status = 'done' and stripe_id is not null),
      booked as (select external_id, kind, sum(amount_minor) as amount_minor, count(*) as times from ledger_transfers
        where external_id is not null and kind not like 'dispute%' and kind <> 'platform_loss' and kind not in ${OWN_MOVEMENTS} group by 1, 2)
      select coalesce(e.kind, b.kind) as kind, coalesce(e.external_id, b.external_id) as external_id, e.amount_minor, b.amount_minor as booked_minor, b.times
      from expected e full join booked b on b.external_id = e.external_id and b.kind = e.kind
      where (b.times is distinct from 1 or e.amount_minor is distinct from b.amount_minor)
        and not (e.external_id is null and b.times = 1 and b.kind in ('refund', 'refund_failed')
                 and exists (select from refunds f where f.stripe_refund_id = b.external_id and f.status = 'failed' and f.amount_minor = b.amount_minor))`,
  },
  {
    invariant: 'I-12',
    promise:
      'What a bank took, gave back and kept is in the books, and nothing is in doubt once it has decided.',
    broken: () => sql`
      with booked as (
        select external_id,
          sum(case kind when 'dispute_withdrawal' then amount_minor when 'dispute_reinstatement' then -amount_minor else 0 end) as withdrawn_minor,
          sum(case kind when 'dispute_fee' then amount_minor when 'dispute_fee_returned' then -amount_minor else 0 end) as fee_minor,
          sum(case kind when 'dispute_loss' then amount_minor else 0 end) as borne_minor,
          sum(case when kind in ('dispute_loss', 'platform_loss') then amount_minor else 0 end) as lost_minor
        from ledger_transfers where kind like 'dispute%' or kind = 'platform_loss' group by 1)
      select d.id, d.status, d.withdrawn_minor, d.fee_minor, b.* from disputes d full join booked b on b.external_id = d.stripe_dispute_id
      where d.id is null or d.withdrawn_minor <> coalesce(b.withdrawn_minor, 0) or d.fee_minor <> coalesce(b.fee_minor, 0)
        or d.base_part_minor + d.surcharge_part_minor <> coalesce(b.borne_minor, 0)
        -- A loss waits, and is looked at again, while it is not known whether a refund was made.
        or (coalesce(b.lost_minor, 0) <> case d.status when 'lost' then d.withdrawn_minor else 0 end
            and not (d.status = 'lost' and b.lost_minor = 0 and exists (select from payments p where p.id = d.payment_id and p.sync_due_at is not null)))
        or (d.status in ('won', 'inquiry', 'inquiry_closed') and d.withdrawn_minor <> 0)`,
  },
  {
    invariant: 'I-13',
    promise: 'No more is given back than was taken, what is on its way included.',
    broken: () => sql`
      select p.id, p.captured_minor, p.refund_requested_minor, p.refunded_minor, coalesce(f.asked, 0) as asked_minor, coalesce(f.arrived, 0) as arrived_minor
      from payments p
      left join (select payment_id, sum(amount_minor) filter (where status <> 'failed') as asked,
                   sum(amount_minor) filter (where status = 'succeeded') as arrived
                 from refunds group by payment_id) f on f.payment_id = p.id
      where coalesce(f.asked, 0) > p.captured_minor or p.refund_requested_minor <> coalesce(f.asked, 0) or p.refunded_minor <> coalesce(f.arrived, 0)`,
  },
  {
    invariant: 'I-14',
    promise: 'A provider gets no more than their part of a booking, and never before escrow is over.',
    broken: ({ escrowDays }) => sql`
      with ${BOOKS}
      select o.id, o.status, o.amount_minor, b.provider_net_minor, k.passed_on_minor, n.netted_minor, o.due_at, o.paid_at from payouts o
      join bookings b on b.id = o.booking_id left join books k on k.booking_id = b.id left join kept_for_debt n on n.booking_id = b.id
      where o.amount_minor > b.provider_net_minor or coalesce(k.passed_on_minor, 0) + coalesce(n.netted_minor, 0) > b.provider_net_minor
        or o.due_at < b.ends_at + make_interval(hours => 24 * ${escrowDays}) or o.paid_at < o.due_at
        or (o.status = 'paid' and coalesce(k.passed_on_minor, 0) + coalesce(n.netted_minor, 0) < o.amount_minor)
        or (o.status in ('scheduled', 'failed') and coalesce(k.passed_on_minor, 0) + coalesce(n.netted_minor, 0) >= o.amount_minor)`,
  },
  {
    invariant: 'I-14',
    promise:
      'What a provider has is what they have earned, unless it is owed, disputed, or somebody has to decide.',
    onceSettled: true,
    broken: () => sql`
      with ${BOOKS}
      select o.id, o.status, o.amount_minor, k.passed_on_minor, n.netted_minor from payouts o
      left join books k on k.booking_id = o.booking_id left join kept_for_debt n on n.booking_id = o.booking_id
      where not ${WAITS} and o.releases > 0 and coalesce(k.passed_on_minor, 0) + coalesce(n.netted_minor, 0) <> o.amount_minor`,
  },
  {
    invariant: 'I-14',
    promise:
      'What stands on the account of a provider is what they have earned and neither been sent nor paid with, booking by booking.',
    broken: () => sql`
      with ${BOOKS}, standing as (
        select o.provider_id, o.currency, sum(o.released_share_minor - coalesce(k.passed_on_minor, 0) - coalesce(n.netted_minor, 0)) as minor
        from payouts o left join books k on k.booking_id = o.booking_id left join kept_for_debt n on n.booking_id = o.booking_id
        where o.releases > 0 group by 1, 2),
      payable as (
        select a.owner_id as provider_id, a.currency, sum(case when t.credit_account_id = a.id then t.amount_minor else -t.amount_minor end) as minor
        from ledger_accounts a join ledger_transfers t on a.id in (t.debit_account_id, t.credit_account_id)
        where a.code = 'provider_payable' group by 1, 2)
      select provider_id, currency, p.minor as payable_minor, s.minor as standing_minor
      from payable p full join standing s using (provider_id, currency) where coalesce(p.minor, 0) <> coalesce(s.minor, 0)`,
  },
  {
    invariant: 'I-15',
    promise: 'Escrow holds for each booking what was paid less what was given back and what was shared out.',
    broken: () => sql`
      with ${BOOKS}
      select b.id, b.state, k.escrow_minor, p.captured_minor, coalesce(g.left_minor, 0) as given_back_minor from bookings b
      left join payments p on p.booking_id = b.id left join books k on k.booking_id = b.id left join given_back g on g.booking_id = b.id
      where coalesce(k.escrow_minor, 0) <> coalesce(p.captured_minor, 0) - coalesce(g.left_minor, 0)
          - coalesce(k.provider_minor + k.commission_minor + k.surcharge_minor, 0)
        or (k.released and b.state not in ${OVER})`,
  },
  {
    invariant: 'I-15',
    promise: 'When a booking is over and its escrow too, nothing is left in it, unless something holds it.',
    onceSettled: true,
    broken: ({ now, escrowDays }) => sql`
      with ${BOOKS}
      select b.id, b.state, k.escrow_minor, o.status, o.waits_for from books k join bookings b on b.id = k.booking_id
      left join payouts o on o.booking_id = b.id
      where b.state in ${OVER} and k.escrow_minor <> 0 and b.ends_at + make_interval(hours => 24 * ${escrowDays}) < ${now} and o.waits_for is null
        and not exists (select from refunds f where f.booking_id = b.id and f.status = 'failed' and f.settled_outside_at is null)`,
  },
  {
    invariant: 'I-17',
    promise: 'Each webhook that was taken is acted on or known to be none of ours.',
    onceSettled: true,
    broken: () =>
      sql`select id, type, status, attempts, last_error from webhook_events where status in ('received', 'dead')`,
  },
  {
    invariant: 'I-18',
    promise: 'Each movement of money has a booking and an object at Stripe that caused it.',
    broken: () => sql`
      select t.id, t.kind, t.subject_id, t.external_id from ledger_transfers t left join bookings b on b.id = t.subject_id
      where t.kind not in ${OWN_MOVEMENTS} and (b.id is null or t.external_id is not null
        and not exists (select from payments p where p.booking_id = b.id and p.charge_id = t.external_id)
        and not exists (select from refunds f where f.booking_id = b.id and f.stripe_refund_id = t.external_id)
        and not exists (select from disputes d where d.booking_id = b.id and d.stripe_dispute_id = t.external_id)
        and not exists (select from payouts o join payout_movements m on m.payout_id = o.id where o.booking_id = b.id and m.stripe_id = t.external_id))`,
  },
  {
    invariant: 'I-18',
    promise: "Each movement of our own money has a line of Stripe's that caused it, of its amount.",
    broken: () => sql`
      select t.id, t.kind, t.external_id, t.amount_minor from ledger_transfers t
      left join balance_transactions b on t.effect_key = 'stripe:' || b.id || ':' || t.kind
      where t.kind in ${OWN_MOVEMENTS} and (b.id is null or t.amount_minor not in (abs(b.amount_minor), b.fee_minor))`,
  },
  {
    invariant: 'I-20',
    promise: 'A key has a whole answer, or none.', // none: at work, or dead while at work; whoever comes back takes it over
    broken: () => sql`select scope, key, status from idempotency_keys where (status = 0) <> (body = '')`,
  },
  {
    invariant: 'I-21',
    promise: 'Each booking came to its state by listed transitions, without a gap, each with who did it.',
    broken: () => sql`
      with history as (
        select e.*, lag(e.to_state) over w as state_before, row_number() over w as place, count(*) over (partition by e.booking_id) as steps
        from booking_events e window w as (partition by e.booking_id order by e.sequence))
      select h.booking_id, h.sequence, h.transition, h.from_state, h.to_state from history h
      left join booking_transitions t on t.transition = h.transition and t.from_state is not distinct from h.from_state and t.to_state = h.to_state
      where t.transition is null or h.sequence <> h.place or h.from_state is distinct from h.state_before
      union all
      select b.id, b.event_count, 'the newest event', e.to_state, b.state from bookings b
      left join booking_events e on e.booking_id = b.id and e.sequence = b.event_count
      where e.to_state is distinct from b.state or exists (select from booking_events l where l.booking_id = b.id and l.sequence > b.event_count)`,
  },
  {
    invariant: 'I-22',
    promise: 'A booking that stands is paid within 15 minutes.',
    broken: ({ now }) => sql`
      select b.id, b.state, p.status, e.at from bookings b left join payments p on p.booking_id = b.id
      join booking_events e on e.booking_id = b.id and e.to_state = 'confirmed' and e.transition in ('confirm', 'accept')
      where b.state in ${PAID_STATES} and coalesce(p.captured_minor, 0) = 0 and e.at < ${now} - interval '15 minutes'`,
  },
  {
    invariant: 'I-22',
    promise:
      'Money that was taken belongs to a booking that stands, or is on its way back within 15 minutes.',
    broken: ({ now }) => sql`
      select b.id, b.state, p.status, p.captured_at from payments p join bookings b on b.id = p.booking_id
      where p.captured_minor > 0 and b.state in ('held', 'awaiting_provider', 'expired', 'declined') and p.captured_at < ${now} - interval '15 minutes'
        and p.refund_requested_minor < p.captured_minor`,
  },
  {
    invariant: 'I-23',
    promise: 'A hold is given back within a minute of its end, unless money for it is there or on its way.',
    broken: ({ now }) => sql`
      select b.id, b.hold_expires_at, p.status from bookings b left join payments p on p.booking_id = b.id
      where b.state = 'held' and b.hold_expires_at < ${now} - interval '60 seconds' and coalesce(p.status, 'unpaid') = 'unpaid'`,
  },
  {
    invariant: 'I-25',
    promise: 'Each fact that promises somebody a mail has exactly one for them.',
    onceSettled: true,
    broken: () => sql`
      with promised(type, template) as (values
        ('booking.confirmed', 'booking_confirmed'), ('booking.requested', 'request_received'), ('booking.accepted', 'booking_accepted'),
        ('booking.declined', 'booking_declined'), ('booking.rescheduled', 'booking_rescheduled'), ('booking.no_show', 'no_show'),
        ('booking.late_payment_refunded', 'late_payment_refunded'))
      select e.id, e.type, count(m.id) as mails from domain_events e join promised w on w.type = e.type
      join bookings b on b.id = e.subject_id left join users u on u.id = b.customer_id
      left join mails m on m.template = w.template and m.recipient_kind in ('customer', 'guest') and m.dedupe_key like e.id || ':%'
      where coalesce(u.email, b.guest_email) is not null
      group by e.id, e.type having count(m.id) <> 1
      union all
      select e.id, e.type, count(m.id) from domain_events e
      left join mails m on m.template = 'payout_sent' and m.dedupe_key like e.id || ':%'
      where e.type = 'payout.paid' and exists (
        select from payouts o join providers p on p.id = o.provider_id where o.id = e.subject_id and p.contact_email is not null)
      group by e.id, e.type having count(m.id) = 0`,
  },
  {
    invariant: 'I-25',
    promise: 'Nobody is told the same thing twice.',
    broken: () => sql`
      select booking_id, template, recipient_email, count(*) as times from mails
      where template in ('booking_confirmed', 'request_received', 'booking_accepted', 'booking_declined', 'booking_cancelled', 'hold_expired',
        'late_payment_refunded', 'no_show', 'review_ask')
      group by booking_id, template, recipient_kind, recipient_email having count(*) > 1
      union all
      select null, type, subject_id::text, count(*) from domain_events
      where type in ('booking.confirmed', 'booking.requested', 'booking.accepted', 'booking.declined', 'booking.cancelled', 'booking.expired',
        'booking.completed', 'booking.started', 'payment.captured', 'payment.authorized', 'payment.voided')
      group by type, subject_id having count(*) > 1`,
  },
  {
    invariant: 'I-25',
    promise: 'What is in a mailbox was promised, and what is said to be sent is there, once.',
    broken: ({ mailbox }) => sql`
      select coalesce(x.id, m.id) as id, m.status, x.id is not null as delivered from mails m
      full join mailbox_messages x on x.id = m.id
      where m.id is null or (${mailbox} and m.status = 'sent' and x.id is null) or m.recipient_email <> x.recipient`,
  },
  {
    invariant: 'I-25',
    promise: 'No mail is left lying.',
    onceSettled: true,
    broken: () =>
      sql`select id, template, status, last_error from mails where status in ('queued', 'failed')`,
  },
  {
    invariant: 'I-26',
    promise: 'No job has given up.',
    broken: () => sql`
      select id, task_identifier, attempts, last_error from graphile_worker.jobs where attempts >= max_attempts`,
  },
  {
    invariant: 'I-26',
    promise:
      'Nothing that was asked for is still waiting, but for a bank to decide: no job, no call to Stripe, no refund, no news untold.',
    onceSettled: true,
    broken: () => sql`
      select id::text, 'job ' || task_identifier as what, last_error as detail from graphile_worker.jobs
      union all select id::text, 'operation ' || kind, error from stripe_operations o where status = 'intended'
        and not (kind = 'refund' and exists (select from refunds r join disputes d on d.payment_id = r.payment_id and d.status = 'open' where r.id = o.subject_id))
      union all select id::text, 'refund ' || status, failure_reason from refunds r where status in ('requested', 'pending')
        and not exists (select from disputes d where d.payment_id = r.payment_id and d.status = 'open')
      union all select id::text, 'event ' || type, null from domain_events where dispatched_at is null`,
  },
  {
    invariant: 'I-32',
    promise: 'The history of a booking goes forward in time and not into the future.',
    broken: ({ now }) => sql`
      select booking_id, sequence, at, before from (
        select booking_id, sequence, at, lag(at) over (partition by booking_id order by sequence) as before from booking_events) h
      where at < before or at > ${now} + interval '5 seconds'`,
  },
]

/** Everything in the database that must not be so. `db` is the owner's connection: it sees every table. */
export async function findViolations(db: Queryable, options: CheckOptions): Promise<Violation[]> {
  const at: Moment = {
    now: sql`${options.now.toString()}::timestamptz`,
    escrowDays: options.escrowDays ?? 7,
    mailbox: options.mailbox ?? true,
  }
  const found: Violation[] = []
  for (const { invariant, promise, onceSettled, broken } of RULES) {
    if (onceSettled && !options.settled) continue
    const { rows } = await db.execute(broken(at))
    if (rows.length > 0) found.push({ invariant, promise, rows: rows.slice(0, ROWS_SHOWN_MAX) })
  }
  return found
}

/** The numbers of all rules, for the test that plants a violation of each. */
export const CHECKED_INVARIANTS: readonly string[] = [...new Set(RULES.map(({ invariant }) => invariant))]

/**
 * I-16: Stripe's account of our balance, object by object, against the ledger's. No row: no drift. Once settled, since an
 * answer on its way is in one of them only.
 */
export async function findDrift(db: Queryable, gateway: PaymentGateway): Promise<Violation[]> {
  const theirs = new Map<string, bigint>()
  for await (const { sourceId, netMinor } of balanceEntries(gateway)) {
    const source = sourceId ?? 'none'
    theirs.set(source, (theirs.get(source) ?? 0n) + netMinor)
  }
  const { rows } = await db.execute<{ external_id: string | null; moved: string }>(sql`
    select t.external_id, sum(case when d.code = 'stripe_balance' then t.amount_minor else -t.amount_minor end)::text as moved
    from ledger_transfers t join ledger_accounts d on d.id = t.debit_account_id join ledger_accounts c on c.id = t.credit_account_id
    where (d.code = 'stripe_balance') <> (c.code = 'stripe_balance') group by t.external_id`)
  const ours = new Map(rows.map(({ external_id, moved }) => [external_id ?? 'none', BigInt(moved)]))
  const differing = [...new Set([...theirs.keys(), ...ours.keys()])]
    .map((source) => ({ source, stripe: theirs.get(source) ?? 0n, ledger: ours.get(source) ?? 0n }))
    .filter(({ stripe, ledger }) => stripe !== ledger)
  if (differing.length === 0) return []
  return [
    {
      invariant: 'I-16',
      promise: "Stripe's view of our money is the ledger's.",
      rows: differing.slice(0, ROWS_SHOWN_MAX),
    },
  ]
}

async function* balanceEntries(gateway: PaymentGateway) {
  const ever = Temporal.Instant.fromEpochMilliseconds(0)
  let cursor: string | undefined
  do {
    const page = await gateway.listBalanceEntries(ever, cursor)
    yield* page.entries
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}
