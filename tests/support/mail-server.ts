// A mail server that keeps what it was given, message by message, so that a test can count.
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface Delivery {
  readonly to: string
  /** When the whole message had come, by performance.now(). */
  readonly at: number
}

export interface MailServer {
  /** For SMTP_URL. */
  readonly url: string
  /** By the part of the Message-ID that is ours: the id of the mail. In the order of arrival. */
  readonly delivered: ReadonlyMap<string, readonly Delivery[]>
  stop(): Promise<void>
}

/** @param thinksMs how long it has a message before it says so: somebody may die meanwhile. */
export async function startMailServer({ thinksMs }: { thinksMs: number }): Promise<MailServer> {
  const delivered = new Map<string, Delivery[]>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const id = /^Message-ID: <([^@>]+)@/im.exec(Buffer.concat(chunks).toString('latin1'))?.[1] ?? 'none'
        const to = session.envelope.rcptTo.map(({ address }) => address).join()
        delivered.set(id, [...(delivered.get(id) ?? []), { to, at: performance.now() }])
        setTimeout(callback, thinksMs)
      })
    },
  })
  // A sender that is killed in the middle of a sentence is no trouble of ours.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    delivered,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
