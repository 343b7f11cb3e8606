// Pays as a person does: opens the payment page, types a card into its form, and sends it.

export const CARDS = { success: '4242424242424242', declined: '4000000000000002' } as const

export interface PaidAnswer {
  readonly status: number
  /** Where the page sends the customer, when it does. */
  readonly location: string | null
  readonly html: string
}

/** Sends the payment page's own form with another card number. Follows no redirect. */
export async function payWithCard(paymentUrl: string, card: string = CARDS.success): Promise<PaidAnswer> {
  const page = await fetch(paymentUrl)
  const { action, fields } = filledIn(await page.text(), paymentUrl, card)
  const response = await fetch(action, { method: 'POST', body: fields, redirect: 'manual' })
  return { status: response.status, location: response.headers.get('location'), html: await response.text() }
}

/** The form of the payment page, with another card number. */
export function filledIn(
  html: string,
  paymentUrl: string,
  card: string = CARDS.success,
): { action: string; fields: URLSearchParams } {
  const form = /<form[^>]*\bmethod="post"[^>]*>[\s\S]*?<\/form>/i.exec(html)?.[0]
  if (!form) throw new Error(`no payment form at ${paymentUrl}: ${html.slice(0, 300)}`)
  const action = /\baction="([^"]*)"/.exec(form)?.[1] ?? ''
  const fields = new URLSearchParams()
  for (const [input] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(input)?.[1]
    const type = /\btype="([^"]*)"/.exec(input)?.[1]
    if (!name || type === 'radio' || type === 'submit') continue
    const value = /\bvalue="([^"]*)"/.exec(input)?.[1] ?? ''
    fields.set(name, /number/i.test(name) ? card : value)
  }
  return { action: new URL(action, paymentUrl).toString(), fields }
}
