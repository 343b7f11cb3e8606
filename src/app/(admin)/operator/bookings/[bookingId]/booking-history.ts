import type { BookingView } from '#src/modules/bookings/reads.ts'
import type { TransferView } from '#src/modules/ledger/reads.ts'
import type { MailView } from '#src/modules/notifications/reads.ts'
import type { BookingBackstage } from '#src/modules/operator/reads.ts'
import type { Party } from '#src/kernel/actor.ts'
import { moneyToJson } from '#src/kernel/money.ts'
import { sayMoney } from '#src/ui/format.ts'
import { TRANSITION_WORDS } from '../../../../transition-words.ts'
import { sayActor } from '../../../audit-lines.tsx'

export const HISTORY_KINDS = ['state', 'money', 'ledger', 'mail', 'webhook', 'people'] as const
export type HistoryKind = (typeof HISTORY_KINDS)[number]

export interface HistoryEntry {
  readonly kind: HistoryKind
  readonly at: string
  readonly title: string
  readonly detail: string | null
  readonly href: string | null
  /** Whether it did not go as it should. */
  readonly bad: boolean
  /** How it was done rather than what was done: shown when asked for. */
  readonly technical: boolean
}

interface Sources {
  readonly view: BookingView
  readonly backstage: BookingBackstage
  readonly mails: readonly MailView[]
  readonly transfers: readonly TransferView[]
}

const RANK: Readonly<Record<HistoryKind, number>> = {
  people: 0,
  state: 1,
  webhook: 2,
  money: 3,
  ledger: 4,
  mail: 5,
}

/** Everything that happened around one booking, from whichever table tells of it, in the order it happened. */
export function historyOf(sources: Sources, locale: string): HistoryEntry[] {
  return [
    ...states(sources),
    ...payments(sources, locale),
    ...ledger(sources, locale),
    ...mails(sources),
    ...webhooks(sources),
    ...people(sources),
  ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at) || RANK[one.kind] - RANK[other.kind])
}

function entry(
  kind: HistoryKind,
  at: string,
  title: string,
  rest: Partial<Pick<HistoryEntry, 'detail' | 'href' | 'bad' | 'technical'>> = {},
): HistoryEntry {
  const { detail = null, href = null, bad = false, technical = false } = rest
  return { kind, at, title, detail: detail?.trim() ? detail : null, href, bad, technical: technical && !bad }
}

const words = (name: string) => name.replaceAll(/[_.-]/g, ' ')
const sentence = (name: string) => words(name).replace(/^./, (letter) => letter.toUpperCase())
const details = (...parts: (string | null | false | undefined)[]) => parts.filter(Boolean).join(', ') || null

function states({ view, backstage }: Sources): HistoryEntry[] {
  return view.timeline.map(({ at, transition, by, reason }) =>
    entry('state', at, `${TRANSITION_WORDS[transition] ?? sentence(transition)}, by ${whoMoved(by, at)}`, {
      detail: reason,
    }),
  )

  function whoMoved(by: Party, at: string): string {
    // The audit log knows the person; the history of states only in which capacity they came.
    const audited = backstage.audit.find((each) => each.at === at && each.actorKind !== 'system')
    if (by === 'system') return 'the system'
    if (by === 'provider')
      return audited?.actorName ? `${audited.actorName} (${view.provider.name})` : view.provider.name
    if (by === 'operator') return audited?.actorName ? `${audited.actorName} (operator)` : 'an operator'
    return view.customer ? `${view.customer.name} (${by})` : `the ${by}`
  }
}

function payments(
  { backstage: { payment, refunds, disputes, payout, operations } }: Sources,
  locale: string,
): HistoryEntry[] {
  return [
    ...(payment
      ? [
          entry('money', payment.createdAt, `Payment of ${sayMoney(payment.amount, locale)} asked for`, {
            detail: details(payment.checkoutSessionId, payment.lastError),
          }),
        ]
      : []),
    ...(payment?.capturedAt
      ? [
          entry('money', payment.capturedAt, `${sayMoney(payment.captured, locale)} charged`, {
            detail: payment.chargeId,
          }),
        ]
      : []),
    ...refunds.flatMap(({ requestedAt, settledAt, amount, status, cause, stripeRefundId, failureReason }) => [
      entry('money', requestedAt, `Refund of ${sayMoney(amount, locale)} asked for`, {
        detail: sentence(cause),
      }),
      ...(settledAt
        ? [
            entry('money', settledAt, `Refund of ${sayMoney(amount, locale)} ${words(status)}`, {
              detail: details(stripeRefundId, failureReason),
              bad: status === 'failed',
            }),
          ]
        : []),
    ]),
    ...disputes.flatMap(({ id, openedAt, evidenceSubmittedAt, closedAt, amount, status, reason }) => {
      const href = `/operator/disputes/${id}`
      return [
        entry('money', openedAt, `Dispute over ${sayMoney(amount, locale)} opened`, {
          detail: words(reason),
          href,
        }),
        ...(evidenceSubmittedAt ? [entry('money', evidenceSubmittedAt, 'Evidence handed in', { href })] : []),
        ...(closedAt ? [entry('money', closedAt, `Dispute ${words(status)}`, { href })] : []),
      ]
    }),
    ...(payout
      ? [entry('money', payout.createdAt, `Payout of ${sayMoney(payout.amount, locale)} scheduled`)]
      : []),
    ...(payout?.paidAt
      ? [
          entry('money', payout.paidAt, `Payout of ${sayMoney(payout.amount, locale)} sent`, {
            detail: payout.stripeTransferId,
          }),
        ]
      : []),
    ...operations.map(({ kind, createdAt, status, resultId, error, attempts }) =>
      entry('money', createdAt, `Call to Stripe: ${words(kind)}, ${status}`, {
        detail: details(resultId, error, attempts > 1 && `${attempts} tries`),
        bad: status === 'rejected',
        technical: true,
      }),
    ),
  ]
}

function ledger({ transfers }: Sources, locale: string): HistoryEntry[] {
  return transfers.map((transfer) =>
    entry(
      'ledger',
      transfer.occurredAt.toString(),
      `${sentence(transfer.kind)}: ${sayMoney(moneyToJson(transfer), locale)}`,
      {
        detail: `${words(transfer.debitCode)} → ${words(transfer.creditCode)}`,
        technical: true,
      },
    ),
  )
}

function mails({ mails: all }: Sources): HistoryEntry[] {
  return all.map(
    ({ id, createdAt, sentAt, template, subject, recipientEmail, recipientKind, status, lastError }) =>
      entry(
        'mail',
        sentAt ?? createdAt,
        `${sentence(template)} to ${recipientKind} ${recipientEmail}: ${status}`,
        {
          detail: details(subject, lastError),
          href: `/operator/mails/${id}`,
          bad: status === 'failed',
        },
      ),
  )
}

function webhooks({ backstage }: Sources): HistoryEntry[] {
  return backstage.webhooks.map(({ id, receivedAt, type, status, objectId, lastError }) =>
    entry('webhook', receivedAt, `${type}: ${status}`, {
      detail: details(objectId, lastError),
      href: `/operator/webhooks/${id}`,
      bad: status === 'dead',
      technical: true,
    }),
  )
}

function people({ backstage, view }: Sources): HistoryEntry[] {
  const moved = new Set(view.timeline.map(({ at }) => at))
  return backstage.audit.map(({ at, action, reason, ...actor }) =>
    entry('people', at, `${sentence(action)}, by ${sayActor(actor)}`, {
      detail: reason,
      // Told already by the state that it led to.
      technical: moved.has(at),
    }),
  )
}

export interface Bundle {
  readonly entry: HistoryEntry
  /** How it was done: the technical entries up to the next one. */
  readonly technical: readonly HistoryEntry[]
}

/** What was done, each with how. */
export function bundled(entries: readonly HistoryEntry[]): Bundle[] {
  const bundles: { entry: HistoryEntry; technical: HistoryEntry[] }[] = []
  for (const each of entries) {
    const last = bundles.at(-1)
    if (each.technical && last) last.technical.push(each)
    else bundles.push({ entry: each, technical: [] })
  }
  return bundles
}
