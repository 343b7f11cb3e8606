import { createRoute, z } from '@hono/zod-openapi'
import type { Actor } from '#src/kernel/actor.ts'
import { moneyToJson } from '#src/kernel/money.ts'
import { may } from '#src/kernel/rights.ts'
import { refuse } from '#src/platform/errors.ts'
import { idSchema, instantSchema, moneySchema, ok, refusals, type Routes } from '#src/platform/http/define.ts'
import { readCursor, writeCursor } from '#src/platform/http/cursor.ts'
import { getTrialBalances, listTransfersOfAccount, type AccountBalance, type TransferView } from './reads.ts'

const TAG = ['Ledger']

const accountSchema = z.object({
  accountId: idSchema,
  code: z.string().openapi({ example: 'escrow' }),
  ownerId: idSchema.nullable().openapi({ description: 'The provider, for accounts that each has.' }),
  side: z.enum(['debit', 'credit']),
  debit: moneySchema,
  credit: moneySchema,
  balance: moneySchema.openapi({ description: "On the account's own side." }),
})
const trialBalanceSchema = z
  .object({
    currencies: z.array(
      z.object({
        currency: z.string().length(3),
        accounts: z.array(accountSchema),
        debit: moneySchema,
        credit: moneySchema,
        difference: moneySchema.openapi({
          description: 'All debits less all credits: 0, or the books are broken.',
        }),
      }),
    ),
  })
  .openapi('TrialBalance')

const trialBalanceRoute = createRoute({
  method: 'get',
  path: '/v1/ledger/trial-balance',
  operationId: 'getLedgerTrialBalance',
  tags: TAG,
  summary: 'Every account of the ledger with its balance; per currency they add up to zero',
  responses: {
    ...ok(200, 'The trial balance', trialBalanceSchema),
    ...refusals('auth.required', 'auth.not_allowed'),
  },
})

const transfersSchema = z
  .object({
    items: z.array(
      z.object({
        id: idSchema,
        kind: z.string(),
        debitAccountId: idSchema,
        debitCode: z.string(),
        creditAccountId: idSchema,
        creditCode: z.string(),
        amount: moneySchema,
        subjectId: idSchema.nullable(),
        externalId: z.string().nullable().openapi({ description: 'The Stripe object behind it.' }),
        description: z.string(),
        facts: z
          .record(z.string(), z.union([z.string(), z.number()]))
          .nullable()
          .openapi({ description: 'What the amount was worked out from, and by which formula.' }),
        occurredAt: instantSchema,
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .openapi('LedgerTransfers')
const positionSchema = z.object({ sequence: z.string().regex(/^\d{1,18}$/) })

const transfersRoute = createRoute({
  method: 'get',
  path: '/v1/ledger/accounts/{accountId}/transfers',
  operationId: 'listLedgerTransfers',
  tags: TAG,
  summary: 'What moved on one account, newest first',
  request: {
    params: z.object({ accountId: idSchema }),
    query: z.object({
      cursor: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(50).default(20),
    }),
  },
  responses: {
    ...ok(200, 'A page of transfers', transfersSchema),
    ...refusals('request.invalid', 'auth.required', 'auth.not_allowed'),
  },
})

export function ledgerRoutes(): Routes {
  return (api) => {
    api.openapi(trialBalanceRoute, async (c) => {
      const { db, actor } = c.var.ctx
      assertMaySeeLedger(actor)
      const balances = await getTrialBalances(db)
      const currencies = balances.map(({ currency, accounts, debitMinor, creditMinor, differenceMinor }) => ({
        currency,
        accounts: accounts.map(accountJson),
        debit: moneyToJson({ amountMinor: debitMinor, currency }),
        credit: moneyToJson({ amountMinor: creditMinor, currency }),
        difference: moneyToJson({ amountMinor: differenceMinor, currency }),
      }))
      return c.json({ currencies }, 200)
    })
    api.openapi(transfersRoute, async (c) => {
      const { db, actor } = c.var.ctx
      assertMaySeeLedger(actor)
      const { cursor, limit } = c.req.valid('query')
      const after = cursor === undefined ? {} : { after: BigInt(readCursor(cursor, positionSchema).sequence) }
      const { items, next } = await listTransfersOfAccount(db, c.req.valid('param').accountId, {
        limit,
        ...after,
      })
      const nextCursor = next === null ? null : writeCursor({ sequence: next.toString() })
      return c.json({ items: items.map(transferJson), nextCursor }, 200)
    })
  }
}

function assertMaySeeLedger(actor: Actor): void {
  if (actor.kind === 'anonymous') throw refuse('auth.required')
  if (!may(actor, 'ledger.see')) throw refuse('auth.not_allowed')
}

function accountJson({
  accountId,
  code,
  ownerId,
  side,
  currency,
  debitMinor,
  creditMinor,
  balanceMinor,
}: AccountBalance) {
  return {
    accountId,
    code,
    ownerId,
    side,
    debit: moneyToJson({ amountMinor: debitMinor, currency }),
    credit: moneyToJson({ amountMinor: creditMinor, currency }),
    balance: moneyToJson({ amountMinor: balanceMinor, currency }),
  }
}

function transferJson({ sequence: _, amountMinor, currency, occurredAt, ...transfer }: TransferView) {
  return { ...transfer, amount: moneyToJson({ amountMinor, currency }), occurredAt: occurredAt.toString() }
}
