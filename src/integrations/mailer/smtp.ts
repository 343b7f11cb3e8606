import { createTransport } from 'nodemailer'
import { assertNoOpenTransaction } from '#src/platform/context.ts'
import { Trouble } from '#src/platform/errors.ts'
import { addressOf, isMailAddress } from './address.ts'
import type { MailMessage, Mailer } from './port.ts'

const CONNECT_TIMEOUT_MS = 10_000
const ANSWER_TIMEOUT_MS = 20_000
const CONNECTIONS_MAX = 2

export interface SmtpMailer extends Mailer {
  /** Gives the connections back. */
  close(): void
}

export function smtpMailer({ url }: { url: string }): SmtpMailer {
  const target = new URL(url)
  const secure = target.protocol === 'smtps:'
  const transport = createTransport({
    host: target.hostname.replace(/^\[|\]$/g, ''),
    port: Number(target.port || (secure ? 465 : 587)),
    secure,
    // A password never goes over an open line, whatever the server offers.
    requireTLS: !secure && target.username !== '',
    ...(target.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(target.username), pass: decodeURIComponent(target.password) } }),
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: ANSWER_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    // Bodies come from us as text; nothing may make the server read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    close: () => transport.close(),
    async send(message) {
      assertNoOpenTransaction('the mailer')
      if (!isMailAddress(message.to)) return { refused: 'not a mail address' }
      try {
        const sent = await transport.sendMail(asSmtp(message))
        return { messageId: sent.messageId }
      } catch (error) {
        const refused = lastingRefusal(error)
        if (refused) return { refused }
        throw new Trouble('mail', 'the mail server did not take the message', error)
      }
    },
  }
}

function asSmtp({ id, from, to, subject, html, text, calendar, headers }: MailMessage) {
  return {
    from,
    to: { name: '', address: to },
    subject,
    html,
    text,
    // The same message keeps its id over all tries, so that a reader shows one where a server took it twice.
    messageId: `<${id}@${addressOf(from).split('@')[1] ?? 'localhost'}>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Entity-Ref-ID': id, ...headers },
    ...(calendar
      ? {
          // As an alternative it shows as an invitation (Gmail, Outlook); as an attachment everybody else can open it.
          icalEvent: { method: calendar.method, filename: 'booking.ics', content: calendar.content },
        }
      : {}),
  }
}

/**
 * A permanent answer (5xx) to the recipient or to the message. Not to signing in or to the connection: then the settings are
 * wrong, every message would be refused, and a person will put it right.
 */
function lastingRefusal(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const { responseCode, code } = error as Error & { responseCode?: number; code?: string }
  const lasting =
    (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== undefined && responseCode >= 500
  return lasting ? error.message.slice(0, 300) : null
}
