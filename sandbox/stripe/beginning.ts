import { API_VERSION } from './events.ts'
import { newId } from './ids.ts'
import type { Store } from './store.ts'
import type { Work } from './work.ts'

export interface WebhookTarget {
  url: string
  secret: string
  /** Receives events of connected accounts instead of the platform's own. */
  connect?: boolean
  enabledEvents?: string[]
}

/** The platform's own account id, the same for the life of the data file. */
export function rememberPlatform(store: Store): string {
  const find = store.prepare("SELECT value FROM facts WHERE name = 'platform'")
  const known = find.get()?.['value']
  if (typeof known === 'string') return known
  const id = newId('acct', 16)
  store.prepare("INSERT INTO facts (name, value) VALUES ('platform', ?)").run(id)
  return id
}

interface GivenTargets {
  webhookSecret: string
  webhookUrl?: string
  connectWebhookSecret?: string
  connectWebhookUrl?: string
  /** What the two addresses above ask for; all events if it is not given. */
  webhookEvents?: string[]
  webhookEndpoints?: WebhookTarget[]
}

export function targetsOf(options: GivenTargets): WebhookTarget[] {
  const targets: WebhookTarget[] = [...(options.webhookEndpoints ?? [])]
  const asked = options.webhookEvents && { enabledEvents: options.webhookEvents }
  if (options.webhookUrl !== undefined)
    targets.push({ url: options.webhookUrl, secret: options.webhookSecret, ...asked })
  if (options.connectWebhookUrl !== undefined) {
    const secret = options.connectWebhookSecret ?? options.webhookSecret
    targets.push({ url: options.connectWebhookUrl, secret, connect: true, ...asked })
  }
  return targets
}

/** The endpoints given at start replace those of the start before; ones made through the API stay. */
export function registerEndpoints(work: Work, targets: WebhookTarget[]): void {
  const { store } = work
  store.transaction(() => {
    const existing = store
      .list('webhook_endpoint', work.platform, {}, { limit: 100 })
      .rows.filter((row) => row.aside.fixed)
    for (const [index, target] of targets.entries()) {
      const id = `we_start_${index + 1}`
      const row = existing.find((candidate) => candidate.object.id === id)
      const endpoint = {
        id,
        object: 'webhook_endpoint' as const,
        api_version: API_VERSION,
        application: null,
        created: row?.object.created ?? work.now,
        description: 'Given at start',
        enabled_events: target.enabledEvents ?? ['*'],
        livemode: false,
        metadata: {},
        status: 'enabled',
        url: target.url,
      }
      const aside = { secret: target.secret, connect: target.connect ?? false, fixed: true }
      if (row) store.save({ ...row, object: endpoint, aside })
      else store.insert('webhook_endpoint', endpoint, { account: work.platform, aside })
    }
    for (const row of existing.slice(targets.length)) store.remove(row.object.id)
  })
}
