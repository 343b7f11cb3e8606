import type { MailContent } from './templates/content.ts'

/** The mail for readers without HTML: the same words, in the same order. */
export function plainText(content: MailContent): string {
  const details = content.details.map(({ label, lines }) => `${label}: ${lines.join('\n  ')}`)
  const widest = Math.max(0, ...content.price.map(({ label }) => label.length))
  const price = content.price.map(({ label, amount }) => `${`${label}:`.padEnd(widest + 1)} ${amount}`)
  const blocks = [
    content.heading.toUpperCase(),
    ...content.paragraphs,
    details.join('\n'),
    price.join('\n'),
    ...content.notes,
    ...[content.button, ...(content.links ?? [])].map(({ label, url }) => `${label}:\n${url}`),
    `--\n${content.reason}`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}
