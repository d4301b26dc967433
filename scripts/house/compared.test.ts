import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { comparedTables, readCompared } from '../lib/compared-table.js'
import { fillIn } from '../lib/markdown-table.js'
import { brokenProofs } from '../lib/proofs.js'
import { root } from '../lib/run.js'

const rows = readCompared().tables.flatMap(table => table.rows)

test('what Sampan is said to have is proved by tests that are there, and what it lacks by none', () => {
  expect(brokenProofs(rows.flatMap(({ proof }) => proof ?? []))).toEqual([])
  const unproved = rows.filter(({ sampan, proof }) => (sampan === 'no') === Boolean(proof?.length))
  expect(unproved.map(({ feature }) => feature.en)).toEqual([])
})

test('what is there in part says what is missing', () => {
  expect(rows.filter(({ sampan, note }) => sampan === 'partly' && !note).map(({ feature }) => feature.en)).toEqual([])
})

test('a proof that is none is found: a file, a title, part of a title, a test that is left out', () => {
  const here = 'scripts/house/compared.test.ts#'
  const wrong = ['sdk/gone.test.ts#a title', `${here}a title that nothing has${' '}`, `${here}what is there in part`, `${here}`, 'scripts/lib/proofs.ts#title']
  expect(brokenProofs([`${here}what is there in part says what is missing`, ...wrong])).toEqual(wrong)
})

// To write the tables again: npx vitest run -u --project house scripts/house/compared.test.ts
test.each(['en', 'zh'] as const)('the page that compares (%s) has the tables of the file', async language => {
  const page = `${root}docs/${language === 'zh' ? 'zh/' : ''}reference/compared.md`
  await expect(fillIn(readFileSync(page, 'utf8'), 'compared tables', comparedTables(readCompared(), language))).toMatchFileSnapshot(page)
})
