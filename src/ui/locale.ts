/** The words are English; clock, week start and number style follow the region of the reader's first language. */
export interface PageLocale {
  readonly tag: string
  /** 1 is Monday, 7 is Sunday. */
  readonly weekStart: number
}

type WithWeekInfo = Intl.Locale & {
  getWeekInfo?: () => { firstDay: number }
  weekInfo?: { firstDay: number }
}

export function localeOf(acceptLanguage: string | null): PageLocale {
  const first = acceptLanguage?.split(',')[0]?.split(';')[0]?.trim()
  const region = regionOf(first && first !== '*' ? first : 'en-US')
  const locale: WithWeekInfo = new Intl.Locale(`en-${region}`)
  return { tag: locale.toString(), weekStart: (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1 }
}

function regionOf(tag: string): string {
  try {
    return new Intl.Locale(tag).maximize().region ?? 'US'
  } catch {
    return 'US' // what the browser sent is not a language tag
  }
}
