import { assert } from '#src/kernel/assert.ts'

// What the standard fonts of PDF can write: the encoding WinAnsi (ISO 32000-1, annex D), and how wide each character is in
// Helvetica and Helvetica-Bold, in thousandths of the font's size (Adobe's font metrics).

/** Codes 128 to 159; a space where there is none. */
const HIGH = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'
const CODES = new Map(
  [...HIGH].flatMap((character, index) => (character === ' ' ? [] : [[character, 128 + index] as const])),
)

/** Letters that are no base letter with a mark, and signs with a plain twin. */
const TWINS: Readonly<Record<string, string>> = {
  Ł: 'L', ł: 'l', Đ: 'D', đ: 'd', Ħ: 'H', ħ: 'h', ı: 'i', Ŋ: 'N', ŋ: 'n', ẞ: 'SS', Ə: 'E', ə: 'e',
  '−': '-', '‐': '-', '‑': '-', '\u202f': ' ', '\u2009': ' ', '\u200a': ' ', '\t': ' ', '\n': ' ', '\r': ' ', '′': "'", '″': '"',
} // prettier-ignore

/**
 * The codes of a text. What the fonts lack is written by its base letter ("Łódź" as "Lódz"), and what has none by its number
 * in Unicode ("[U+5C71]"): nothing is left out unseen. The page of the document has every character.
 */
export function toWinAnsi(text: string): number[] {
  return [...text.normalize('NFC')].flatMap((character) => codesOf(character))
}

function codesOf(character: string): number[] {
  const code = codeOf(character)
  if (code !== null) return [code]
  const twin = TWINS[character] ?? character.normalize('NFKD').replace(/\p{M}+/gu, '')
  const codes = [...twin].map(codeOf)
  if (codes.length > 0 && codes.every((one) => one !== null)) return codes
  const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return [...`[U+${number}]`].map((plain) => plain.charCodeAt(0))
}

function codeOf(character: string): number | null {
  const known = CODES.get(character)
  if (known !== undefined) return known
  const code = character.codePointAt(0) ?? 0
  return (code >= 32 && code <= 126) || (code >= 160 && code <= 255) ? code : null
}

/** Of codes 32 to 126, then 128 to 159, then 160 to 255. */
const WIDTHS = {
  plain: [
    '278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556',
    '1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556',
    '333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584',
    '556 350 222 556 333 1000 556 556 333 1000 667 333 1000 350 611 350 350 222 222 333 333 350 556 1000 333 1000 500 333 944 350 500 667',
    '278 333 556 556 556 556 260 556 333 737 370 556 584 333 737 333 400 584 333 333 333 556 537 278 333 333 365 556 834 834 834 611',
    '667 667 667 667 667 667 1000 722 667 667 667 667 278 278 278 278 722 722 778 778 778 778 778 584 778 722 722 722 722 667 667 611',
    '556 556 556 556 556 556 889 500 556 556 556 556 278 278 278 278 556 556 556 556 556 556 556 584 611 556 556 556 556 500 556 500',
  ],
  bold: [
    '278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 584 584 584 611',
    '975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556',
    '333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584',
    '556 350 278 556 500 1000 556 556 333 1000 667 333 1000 350 611 350 350 278 278 500 500 350 556 1000 333 1000 556 333 944 350 500 667',
    '278 333 556 556 556 556 280 556 333 737 370 556 584 333 737 333 400 584 333 333 333 611 556 278 333 333 365 556 834 834 834 611',
    '722 722 722 722 722 722 1000 722 667 667 667 667 278 278 278 278 722 722 778 778 778 778 778 584 778 722 722 722 722 667 667 611',
    '556 556 556 556 556 556 889 556 556 556 556 556 278 278 278 278 611 611 611 611 611 611 611 584 611 611 611 611 611 556 611 556',
  ],
} as const
export type Weight = keyof typeof WIDTHS

const TABLES = { plain: tableOf('plain'), bold: tableOf('bold') }

function tableOf(weight: Weight): ReadonlyMap<number, number> {
  const widths = WIDTHS[weight].flatMap((line) => line.split(' ').map(Number))
  assert(widths.length === 95 + 32 + 96, 'each character has a width')
  // 127 is no character.
  return new Map(widths.map((width, index) => [index < 95 ? 32 + index : 33 + index, width]))
}

/** How wide a text is, in points. */
export function widthOf(text: string, sizePoints: number, weight: Weight): number {
  const thousandths = toWinAnsi(text).reduce((sum, code) => sum + (TABLES[weight].get(code) ?? 0), 0)
  return (thousandths * sizePoints) / 1000
}
