import Link from 'next/link'
import type { ReactNode } from 'react'
import { buttonClasses } from './button.tsx'
import { classes } from './classes.ts'
import { Mark, SearchIcon } from './icons.tsx'

export interface ShellUser {
  name: string
  /** Where they work: bookings, workspace or console. */
  home: { href: string; label: string }
  signOut: ReactNode
}

export interface ShellProps {
  /** Null when nobody is signed in. */
  user: ShellUser | null
  /** Links of a dashboard, under the header. */
  navigation?: ReactNode
  children: ReactNode
}

/** Header, main and footer of every page. */
export function Shell({ user, navigation, children }: ShellProps) {
  return (
    <>
      <Header user={user} />
      {navigation}
      <main id="main" tabIndex={-1} className="grow pb-16">
        {children}
      </main>
      <Footer user={user} />
    </>
  )
}

function Header({ user }: Pick<ShellProps, 'user'>) {
  return (
    <header className="border-b border-line bg-canvas">
      <div className="mx-auto flex min-h-16 max-w-6xl flex-wrap items-center gap-x-2 gap-y-2 px-4 py-2 sm:gap-x-5 sm:px-6">
        <Link
          href="/"
          className="mr-auto inline-flex min-h-11 items-center gap-2 text-lg font-bold tracking-tight"
        >
          <Mark className="size-7 text-brand" />
          Ecosystem
        </Link>
        <form
          action="/search"
          role="search"
          aria-label="Site"
          data-header-search
          className="hidden min-h-11 w-64 items-center rounded-full border border-line-strong bg-surface focus-within:outline-3 focus-within:outline-offset-2 focus-within:outline-focus md:flex"
        >
          <input
            type="search"
            name="text"
            aria-label="What are you looking for?"
            placeholder="Massage, piano…"
            className="min-w-0 grow bg-transparent px-4 outline-none placeholder:text-ink-faint"
          />
          <button
            type="submit"
            aria-label="Search"
            className="inline-flex size-11 items-center justify-center rounded-full"
          >
            <SearchIcon />
          </button>
        </form>
        <nav aria-label="Main" className="flex items-center gap-1 sm:gap-2">
          <Link href="/search" className="inline-flex min-h-11 items-center px-2 hover:underline">
            Search
          </Link>
          {user ? (
            <>
              <Link href={user.home.href} className={buttonClasses('secondary', 'small')}>
                {user.home.label}
              </Link>
              {/* On a phone there is no room for it here; it stands in the footer. */}
              <div className="max-sm:hidden">{user.signOut}</div>
            </>
          ) : (
            <Link href="/login" className={buttonClasses('secondary', 'small')}>
              Sign in
            </Link>
          )}
        </nav>
      </div>
    </header>
  )
}

const FOOTER_LINKS = [
  ['/search', 'Find a service'],
  ['/signup?as=provider', 'Offer your services'],
  ['/docs/api', 'API for developers'],
  ['/terms', 'Terms'],
  ['/privacy', 'Privacy'],
  ['/terms#contact', 'Contact'],
] as const

function Footer({ user }: Pick<ShellProps, 'user'>) {
  return (
    <footer className="border-t border-line bg-sunken">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-x-8 gap-y-4 px-4 py-8 sm:px-6">
        <p className="inline-flex items-center gap-2 text-ink-soft">
          <Mark className="size-6 text-brand" />
          Ecosystem. Free times, honestly shown.
        </p>
        <ul className="flex flex-wrap items-center gap-x-6">
          {FOOTER_LINKS.map(([href, label]) => (
            <li key={href}>
              <Link href={href} className="inline-flex min-h-11 items-center text-link hover:underline">
                {label}
              </Link>
            </li>
          ))}
          {user && <li className="sm:hidden">{user.signOut}</li>}
        </ul>
      </div>
    </footer>
  )
}

/** The column of a page. `narrow` for forms and reading, `wide` for lists. */
export function Column({
  width = 'wide',
  className,
  children,
}: {
  width?: 'narrow' | 'medium' | 'wide'
  className?: string
  children: ReactNode
}) {
  const widths = { narrow: 'max-w-xl', medium: 'max-w-4xl', wide: 'max-w-6xl' }
  return <div className={classes('mx-auto w-full px-4 sm:px-6', widths[width], className)}>{children}</div>
}

/** The heading of a page, with room for what can be done on it. */
export function PageHeading({
  title,
  children,
  actions,
}: {
  title: ReactNode
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 pt-8 pb-6 sm:pt-12">
      <div className="min-w-0">
        <h1 className="text-3xl">{title}</h1>
        {children && <div className="mt-2 max-w-prose text-ink-soft">{children}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-3">{actions}</div>}
    </div>
  )
}
