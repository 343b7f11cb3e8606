'use client'

import { Notice } from '#src/ui/notice.tsx'

/** The accounts that the demo data brings. Pressing one fills the form. */
const LOGINS = [
  ['Customer', 'customer@demo.test'],
  ['Provider', 'provider@demo.test'],
  ['Operator', 'operator@demo.test'],
] as const
const PASSWORD = 'ecosystem-demo'

export function DemoLogins() {
  return (
    <div className="mt-8">
      <Notice tone="info" title="Demo logins">
        <p>
          The password of each is <code className="font-mono">{PASSWORD}</code>. Press one to fill it in:
        </p>
        <ul className="mt-2 flex flex-wrap gap-2">
          {LOGINS.map(([who, email]) => (
            <li key={email}>
              <button
                type="button"
                onClick={() => fill(email)}
                className="inline-flex min-h-11 items-center rounded-control border border-line-strong bg-surface px-3 hover:bg-sunken"
              >
                {who}
              </button>
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  )
}

function fill(email: string) {
  for (const [id, value] of [
    ['email', email],
    ['password', PASSWORD],
  ] as const) {
    const input = document.getElementById(id)
    if (input instanceof HTMLInputElement) input.value = value
  }
}
