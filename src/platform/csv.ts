// Tables for spreadsheets, after RFC 4180.

// A cell that begins like this is run as a formula when the file is opened; what strangers typed must stay text.
const RUNS = /^[=+\-@\t\r]/

export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}

function cell(text: string): string {
  const safe = RUNS.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
