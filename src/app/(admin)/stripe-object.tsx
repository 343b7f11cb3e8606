import { pageConfig } from '#src/boot/web.ts'
import { Code } from './console-list.tsx'

/** The id of an object at Stripe, leading to it there. */
export function StripeObject({ id }: { id: string }) {
  return (
    <a className="link" href={hrefOf(id)} rel="noreferrer">
      <Code>{id}</Code>
    </a>
  )
}

/** Stripe's dashboard finds an object by its id; the sandbox has a page for each. */
function hrefOf(id: string): string {
  const { STRIPE_API_BASE: sandbox, STRIPE_SECRET_KEY: key } = pageConfig()
  if (sandbox) return `${sandbox}/objects/${encodeURIComponent(id)}`
  const mode = key.includes('_live_') ? '' : 'test/'
  return `https://dashboard.stripe.com/${mode}search?query=${encodeURIComponent(id)}`
}
