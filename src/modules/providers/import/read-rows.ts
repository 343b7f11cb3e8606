import { parse } from 'csv-parse/sync'
import { readFile, stat } from 'node:fs/promises'
import type { ImportRow } from '../domain/import-mapping.ts'

/** A row as the file has it, or why it could not be read. `line` is where it starts. */
export type FileRow = { readonly line: number } & ({ readonly row: ImportRow } | { readonly problem: string })

/** A file is read whole; a million providers are far below this. */
const FILE_BYTES_MAX = 512 * 1024 * 1024

/** The file cannot be imported at all; the message is for the person who gave it. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused'
}

/** Reads CSV with a header line, a JSON array of objects, or one JSON object a line; told apart by the first character. */
export async function readRows(file: string): Promise<FileRow[]> {
  const found = await stat(file).catch(() => null)
  if (!found?.isFile()) throw new ImportRefused(`${file} is not a file`)
  if (found.size > FILE_BYTES_MAX)
    throw new ImportRefused(`${file} is larger than ${FILE_BYTES_MAX} bytes; split it`)
  const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
  switch (text.trimStart()[0]) {
    case undefined:
      throw new ImportRefused(`${file} is empty`)
    case '[':
      return jsonArrayElements(text).map(({ line, text: element }) => readJsonRow(element, line))
    case '{':
      return text
        .split('\n')
        .flatMap((line, index) => (line.trim() === '' ? [] : [readJsonRow(line, index + 1)]))
    default:
      return readCsv(text)
  }
}

function readJsonRow(text: string, line: number): FileRow {
  try {
    const row: unknown = JSON.parse(text)
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return { line, row: row as ImportRow }
    return { line, problem: 'is not an object with named fields' }
  } catch (error) {
    return { line, problem: `is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}` }
  }
}

/** The elements of a JSON array each with the line it starts on, so that one that is broken does not take the rest along. */
function jsonArrayElements(text: string): { line: number; text: string }[] {
  const elements: { line: number; text: string }[] = []
  let depth = 0
  let inString = false
  let start = -1
  let startLine = 1
  let line = 1
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '\n') line += 1
    if (inString) {
      if (character === '\\') at += 1
      else if (character === '"') inString = false
      continue
    }
    const closes = character === '}' || character === ']'
    if (depth === 1 && start >= 0 && (character === ',' || closes)) {
      elements.push({ line: startLine, text: text.slice(start, at) })
      start = -1
    }
    if (closes) depth -= 1
    if (depth === 1 && start < 0 && !closes && character !== ',' && character?.trim()) {
      start = at
      startLine = line
    }
    if (character === '"') inString = true
    if (character === '{' || character === '[') depth += 1
  }
  if (depth !== 0 && start >= 0) elements.push({ line: startLine, text: text.slice(start) })
  return elements
}

function readCsv(text: string): FileRow[] {
  const firstLine = text.slice(0, text.indexOf('\n') >>> 0)
  const delimiter = [',', ';', '\t'].toSorted(
    (one, other) => firstLine.split(other).length - firstLine.split(one).length,
  )[0]
  const rows: FileRow[] = []
  let header: string[] | null = null
  const records = parse(text, {
    delimiter: delimiter ?? ',',
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  }) as unknown as { record: string[]; info: { lines: number } }[]
  for (const { record, info } of records) {
    if (!header) header = record
    else if (record.length !== header.length) {
      rows.push({
        line: info.lines,
        problem: `has ${record.length} columns where the first line has ${header.length}`,
      })
    } else {
      rows.push({
        line: info.lines,
        row: Object.fromEntries(header.map((name, index) => [name, record[index]])),
      })
    }
  }
  return rows
}
