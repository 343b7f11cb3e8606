/** Markup that needs no more escaping. Everything else put into `html` is escaped. */
export interface Markup {
  markup: string
}
type Part = Markup | string | number | null | undefined | false | Part[]

export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  let markup = strings[0] ?? ''
  for (const [index, part] of parts.entries()) markup += write(part) + (strings[index + 1] ?? '')
  return { markup }
}

function write(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (Array.isArray(part)) return part.map(write).join('')
  return typeof part === 'object' ? part.markup : escape(String(part))
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Addresses come from API parameters; anything but http(s) or a path here would be a way to run script. */
export function safeHref(url: string | null | undefined): string {
  return url && /^(https?:\/\/|\/(?!\/))/.test(url) ? url : '/'
}
