const ANYWHERE = 'https://site.invalid'

/** The path to go to after signing in, or the fallback for anything that would leave this site. */
export function sameSitePath(given: string | undefined, fallback: string): string {
  if (!given?.startsWith('/') || !URL.canParse(given, ANYWHERE)) return fallback
  // Parsed the way a browser will: "//evil", "/\evil" and tabs in between all lead elsewhere.
  const url = new URL(given, ANYWHERE)
  return url.origin === ANYWHERE ? `${url.pathname}${url.search}${url.hash}` : fallback
}
