import { describe, expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { receiptOf, type DocumentContent } from './content.ts'
import { documentPdf, type IssuedDocument } from './document-sheet.ts'
import { breakLines, layOut } from './lay-out.ts'
import { writePdf } from './pdf.ts'
import { toWinAnsi, widthOf } from './win-ansi.ts'

interface ReadText {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly bold: boolean
  readonly sizePoints: number
}

/** Reads a file from its end, as readers do: the place of the table, the table, and by it each object. */
function readPdf(bytes: Uint8Array): { title: string; pages: ReadText[][] } {
  const file = String.fromCharCode(...bytes)
  const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(file)?.[1])
  const [, count] = /^xref\n0 (\d+)\n0000000000 65535 f \n/.exec(file.slice(table)) ?? []
  const entries = file
    .slice(table)
    .split('\n')
    .slice(3, 2 + Number(count))
  const objects = entries.map((entry, index) => {
    expect(entry).toMatch(/^\d{10} 00000 n $/)
    const object = file.slice(Number(entry.slice(0, 10)))
    expect(object.startsWith(`${index + 1} 0 obj\n`)).toBe(true)
    return object.slice(0, object.indexOf('\nendobj\n'))
  })
  const object = (reference: string | undefined) => objects[Number(reference) - 1] ?? ''
  const catalog = object(/\/Root (\d+) 0 R/.exec(file)?.[1])
  const tree = object(/\/Pages (\d+) 0 R/.exec(catalog)?.[1])
  const kids = [...(/\/Kids \[(.*?)\]/.exec(tree)?.[1] ?? '').matchAll(/(\d+) 0 R/g)]
  const pages = kids.map(([, kid]) => textsIn(object(/\/Contents (\d+) 0 R/.exec(object(kid))?.[1])))
  const information = object(/\/Info (\d+) 0 R/.exec(file)?.[1])
  return { title: unescaped(/\/Title \((.*)\) \/Producer/.exec(information)?.[1] ?? ''), pages }
}

function textsIn(content: string): ReadText[] {
  const [, length, stream] = /<< \/Length (\d+) >>\nstream\n([\s\S]*)\nendstream$/.exec(content) ?? []
  expect(stream?.length).toBe(Number(length))
  const drawn = /^BT \/F([12]) (\S+) Tf (\S+) (\S+) Td \((.*)\) Tj ET$/
  return (stream ?? '').split('\n').map((line) => {
    const [, font, size, x, y, text = ''] = drawn.exec(line) ?? []
    return {
      text: unescaped(text),
      x: Number(x),
      y: Number(y),
      bold: font === '2',
      sizePoints: Number(size),
    }
  })
}

function unescaped(text: string): string {
  const bytes = text.replaceAll(/\\(\d{3}|[()\\])/g, (_, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : escaped,
  )
  return new TextDecoder('windows-1252').decode(Uint8Array.from(bytes, (one) => one.charCodeAt(0)))
}

const CONTENT: DocumentContent = receiptOf({
  booking: {
    code: 'K7QF-2M',
    serviceName: 'Massage (deep) – 60 min',
    startsAt: '2026-11-28T19:00:00Z',
    timeZone: 'America/Toronto',
  },
  provider: { name: 'Zażółć Spa', lines: ['12 Rue Étienne', 'CA'], taxNumber: null },
  platform: { name: 'Ecosystem', lines: [], taxNumber: 'XX 123' },
  customer: { name: '山田 Tarō', lines: ['taro@example.com'], taxNumber: null },
  paidAt: '2026-11-26T23:30:00Z',
  baseMinor: 1_010_000n,
  extras: [{ name: 'Hot stones', priceMinor: 10_000n }],
  surchargeMinor: 1_000n,
})
const RECEIPT: IssuedDocument = {
  kind: 'receipt',
  number: 'R-2026-000123',
  issuedAt: Temporal.Instant.from('2026-11-26T23:31:00Z'),
  currency: 'USD',
  content: CONTENT,
}

describe('a receipt as a file', () => {
  test('says what the receipt says', () => {
    const { title, pages } = readPdf(documentPdf(RECEIPT))
    expect(title).toBe('Receipt R-2026-000123')
    expect(pages.map((texts) => texts.map(({ text }) => text))).toMatchInlineSnapshot(`
      [
        [
          "Receipt R-2026-000123",
          "Issued on 2026-11-26",
          "Provider",
          "Zazólc Spa",
          "12 Rue Étienne",
          "CA",
          "Customer",
          "[U+5C71][U+7530] Taro",
          "taro@example.com",
          "Platform",
          "Ecosystem",
          "Tax number XX 123",
          "Booking K7QF-2M: Massage (deep) – 60 min, 2026-11-28 14:00 (America/Toronto)",
          "Description",
          "Amount",
          "Massage (deep) – 60 min (from Zazólc Spa)",
          "USD 10000.00",
          "Hot stones (from Zazólc Spa)",
          "USD 100.00",
          "Guest booking fee (from Ecosystem)",
          "USD 10.00",
          "Paid",
          "USD 10110.00",
          "Received on 2026-11-26. Days are those of UTC.",
          "Receipt R-2026-000123, page 1 of 1",
        ],
      ]
    `)
  })

  test('sets amounts so that they end at one place', () => {
    const [texts = []] = readPdf(documentPdf(RECEIPT)).pages
    const ends = texts
      .filter(({ text }) => text.startsWith('USD '))
      .map(({ text, x, sizePoints, bold }) => x + widthOf(text, sizePoints, bold ? 'bold' : 'plain'))
    expect(ends).toHaveLength(4)
    for (const end of ends) expect(end).toBeCloseTo(539, 1)
  })

  test('is the same file each time', () => {
    expect(documentPdf(RECEIPT)).toEqual(documentPdf(RECEIPT))
  })

  test('has a line for a tax on the day there is one', () => {
    const taxes = [{ name: 'VAT', rateBasisPoints: 1_950, taxedMinor: 1_011_000, taxMinor: 164_975 }]
    const [texts = []] = readPdf(documentPdf({ ...RECEIPT, content: { ...CONTENT, taxes } })).pages
    const at = texts.findIndex(({ text }) => text === 'VAT 19.5 %, contained in the total')
    expect(texts[at + 1]?.text).toBe('USD 1649.75')
  })

  test('goes on on another page, and each says which it is', () => {
    const lines = Array.from({ length: 80 }, (_, index) => ({
      description: `Extra ${index}`,
      soldBy: 'provider' as const,
      amountMinor: 100,
    }))
    const { pages } = readPdf(documentPdf({ ...RECEIPT, content: { ...CONTENT, lines } }))
    expect(pages.map((texts) => texts.at(-1)?.text)).toEqual([
      'Receipt R-2026-000123, page 1 of 3',
      'Receipt R-2026-000123, page 2 of 3',
      'Receipt R-2026-000123, page 3 of 3',
    ])
    const shown = pages.flat().filter(({ text }) => text.startsWith('Extra '))
    expect(shown).toHaveLength(80)
    for (const { y } of pages.flat()) expect(y).toBeGreaterThan(0)
  })
})

test.each([
  ['Łódź', 'Lódz'],
  ['Nguyễn', 'Nguyên'.replace('ê', 'e')],
  ['−5 € “so”', '-5 € “so”'],
  ['ﬁn', 'fin'],
  ['山', '[U+5C71]'],
  ['😀', '[U+1F600]'],
  ['a\nb', 'a b'],
])('%s is written %s', (text, written) => {
  const decoded = new TextDecoder('windows-1252').decode(Uint8Array.from(toWinAnsi(text)))
  expect(decoded).toBe(written)
})

test('brackets and backslashes are text and end nothing', () => {
  const text = String.raw`a) Tj (b\) \101`
  const placed = { text, x: 10, y: 10, sizePoints: 10, weight: 'plain', align: 'left' } as const
  expect(readPdf(writePdf(text, [[placed]]))).toMatchObject({ title: text, pages: [[{ text }]] })
})

test('text is as wide as Helvetica is', () => {
  expect(widthOf('0123456789', 10, 'plain')).toBeCloseTo(55.6)
  expect(widthOf('Wi', 1000, 'plain')).toBe(944 + 222)
  expect(widthOf('Wi', 1000, 'bold')).toBe(944 + 278)
  expect(widthOf('é€ÿ', 1000, 'plain')).toBe(556 + 556 + 500)
})

test('what is too long is broken between words, and a word that is too long within it', () => {
  expect(breakLines('one two three', 40, 10, 'plain')).toEqual(['one two', 'three'])
  const broken = breakLines('a '.repeat(3) + 'w'.repeat(30), 80, 10, 'plain')
  expect(broken.join('').replaceAll(' ', '')).toBe(`aaa${'w'.repeat(30)}`)
  for (const line of broken) expect(widthOf(line, 10, 'plain')).toBeLessThanOrEqual(80)
  expect(layOut('Nothing', [])).toHaveLength(1)
})
