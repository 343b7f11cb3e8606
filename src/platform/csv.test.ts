import { expect, test } from 'vitest'
import { csvRow } from './csv.ts'

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1+1', "'-1+1"],
  ['\t=1', "'\t=1"],
  ['\r=1', `"'\r=1"`],
  ['a=1', 'a=1'],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['-45.00', '-45.00'],
  ['-1500', '-1500'],
  ['a "quote", and more', '"a ""quote"", and more"'],
  [null, ''],
])('the cell %s is written %s', (cell, written) => {
  expect(csvRow([cell])).toBe(`${written}\r\n`)
})
