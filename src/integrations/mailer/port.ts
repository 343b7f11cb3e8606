/** One message to one person. */
export interface MailMessage {
  /** Ours, and the idempotency key: sending it again is the same message. */
  readonly id: string
  /** "Name <address>" or a bare address. */
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly html: string
  readonly text: string
  /** An .ics that adds, moves or removes the event in the reader's calendar. */
  readonly calendar?: { readonly content: string; readonly method: 'REQUEST' | 'CANCEL' | 'PUBLISH' }
  readonly headers?: Readonly<Record<string, string>>
}

/** `refused`: this message will never be taken (no such mailbox, not an address); trying again does not help. */
export type SendOutcome = { readonly messageId: string } | { readonly refused: string }

export interface Mailer {
  /** @throws Trouble('mail') when it may work later. */
  send(message: MailMessage): Promise<SendOutcome>
}
