import { listWebhooks, WEBHOOK_STATUSES } from '#src/modules/operator/reads.ts'
import { replayWebhook } from '#src/modules/operator/replay-webhook.ts'
import { oneOf, sayTable, wholeNumber } from './arguments.ts'
import { say, type Given } from './command.ts'
import { withMarketplace } from './marketplace.ts'

export async function list(given: Given): Promise<void> {
  const status = oneOf(given, 'status', WEBHOOK_STATUSES)
  const limit = wholeNumber(given, 'limit')
  await withMarketplace(async (_, ctx) => {
    const { items } = await listWebhooks(ctx, { status, limit, text: given.option('about') })
    sayTable(
      items.map((event) => [
        event.receivedAt,
        event.status,
        event.type,
        event.id,
        event.objectId ?? '',
        event.lastError ?? '',
      ]),
      'There are no such webhooks.',
    )
  })
}

export async function replay(given: Given): Promise<void> {
  const [eventId = ''] = given.args
  await withMarketplace(async (_, ctx) => {
    await replayWebhook(ctx, { eventId, reason: given.option('reason') ?? '' })
    say(`The worker acts on ${eventId} again.`)
  })
}
