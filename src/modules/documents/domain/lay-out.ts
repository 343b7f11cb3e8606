import { A4, type PlacedText } from './pdf.ts'
import { widthOf, type Weight } from './win-ansi.ts'

/** A row of a sheet: words on the left, and perhaps an amount on the right. */
export interface SheetRow {
  readonly text: string
  readonly amount?: string
  readonly weight?: Weight
  readonly sizePoints?: number
  /** Room above it. */
  readonly gapPoints?: number
}

const MARGIN = 56
const SIZE = 10
const LEADING = 1.4
/** Between words and the amount beside them. */
const GUTTER = 24
const FOOT_SIZE = 8

/** Places rows on as many pages as they need, long ones broken between words; each page says which it is. */
export function layOut(name: string, rows: readonly SheetRow[]): PlacedText[][] {
  const pages: PlacedText[][] = [[]]
  let y = A4.heightPoints - MARGIN
  for (const row of rows) {
    const { text, amount = '', weight = 'plain', sizePoints = SIZE, gapPoints = 0 } = row
    const right = A4.widthPoints - MARGIN
    const room = right - MARGIN - (amount ? widthOf(amount, sizePoints, weight) + GUTTER : 0)
    y -= gapPoints
    for (const [index, line] of breakLines(text, room, sizePoints, weight).entries()) {
      y -= sizePoints * LEADING
      if (y < MARGIN) {
        pages.push([])
        y = A4.heightPoints - MARGIN - sizePoints * LEADING
      }
      const at = { y, sizePoints, weight }
      pages.at(-1)?.push({ text: line, x: MARGIN, align: 'left', ...at })
      if (index === 0 && amount) pages.at(-1)?.push({ text: amount, x: right, align: 'right', ...at })
    }
  }
  return pages.map((texts, index) => [...texts, footOf(`${name}, page ${index + 1} of ${pages.length}`)])
}

function footOf(text: string): PlacedText {
  return { text, x: MARGIN, y: MARGIN / 2, sizePoints: FOOT_SIZE, weight: 'plain', align: 'left' }
}

/** Lines no wider than the room; a word that is wider is broken too. */
export function breakLines(text: string, room: number, sizePoints: number, weight: Weight): string[] {
  const fits = (line: string) => widthOf(line, sizePoints, weight) <= room
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (fits(line ? `${line} ${word}` : word)) {
      line = line ? `${line} ${word}` : word
      continue
    }
    if (line) lines.push(line)
    line = ''
    for (const character of word) {
      if (line && !fits(line + character)) {
        lines.push(line)
        line = ''
      }
      line += character
    }
  }
  return line || lines.length === 0 ? [...lines, line] : lines
}
