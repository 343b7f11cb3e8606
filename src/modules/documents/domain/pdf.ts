import { toWinAnsi, widthOf, type Weight } from './win-ansi.ts'

/** Text at a place on a page: points from the left and from the bottom. */
export interface PlacedText {
  readonly text: string
  /** The left end, or the right one of what is aligned right. */
  readonly x: number
  readonly y: number
  readonly sizePoints: number
  readonly weight: Weight
  readonly align: 'left' | 'right'
}

export const A4 = { widthPoints: 595, heightPoints: 842 } as const

/**
 * A PDF file (ISO 32000-1) of pages of text in Helvetica, which every reader has: nothing is embedded. The same text gives the
 * same bytes.
 */
export function writePdf(title: string, pages: readonly (readonly PlacedText[])[]): Uint8Array<ArrayBuffer> {
  // 1 catalog, 2 page tree, 3 and 4 fonts, 5 information; then a page and its content, page by page.
  const pageId = (index: number) => 6 + 2 * index
  const kids = pages.map((_, index) => `${pageId(index)} 0 R`).join(' ')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /Lang (en) >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    fontOf('Helvetica'),
    fontOf('Helvetica-Bold'),
    `<< /Title ${stringOf(title)} /Producer (Ecosystem) >>`,
    ...pages.flatMap((texts, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${A4.widthPoints} ${A4.heightPoints}] ` +
        `/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${pageId(index) + 1} 0 R >>`,
      streamOf(texts.map(drawnText).join('\n')),
    ]),
  ]
  return bytesOf(fileOf(objects))
}

function fontOf(name: string): string {
  return `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`
}

function drawnText({ text, x, y, sizePoints, weight, align }: PlacedText): string {
  const left = align === 'left' ? x : x - widthOf(text, sizePoints, weight)
  const font = weight === 'bold' ? 'F2' : 'F1'
  return `BT /${font} ${sizePoints} Tf ${left.toFixed(2)} ${y.toFixed(2)} Td ${stringOf(text)} Tj ET`
}

/** Everything beyond ASCII as octal, so that the file is text. */
function stringOf(text: string): string {
  const escaped = toWinAnsi(text).map((code) => {
    if (code > 126) return `\\${code.toString(8)}`
    const character = String.fromCharCode(code)
    return /[()\\]/.test(character) ? `\\${character}` : character
  })
  return `(${escaped.join('')})`
}

function streamOf(content: string): string {
  return `<< /Length ${content.length} >>\nstream\n${content}\nendstream`
}

/** Objects, and a table of the byte at which each begins: entries of exactly twenty bytes. */
function fileOf(objects: readonly string[]): string {
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  return (
    `${file}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}` +
    `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${file.length}\n%%EOF\n`
  )
}

function bytesOf(ascii: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(ascii, (character) => character.charCodeAt(0))
}
