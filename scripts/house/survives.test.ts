import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fillIn } from '../lib/markdown-table.js'
import { brokenProofs } from '../lib/proofs.js'
import { root } from '../lib/run.js'
import { readSurvives, STORES, survivesTable, WHERE } from '../lib/survives-table.js'

const rows = readSurvives()

test('whatever is said to survive is proved by tests that are there', () => {
  expect(rows.filter(({ proof }) => !proof.length).map(({ outcome }) => outcome.en)).toEqual([])
  expect(brokenProofs(rows.flatMap(({ proof }) => proof))).toEqual([])
})

test('every server and every store has its rows', () => {
  expect(Object.keys(WHERE).filter(key => !rows.some(({ where }) => where === key))).toEqual([])
  expect(Object.keys(STORES).filter(key => !rows.some(({ store }) => store === key))).toEqual([])
})

// To write the table again: npx vitest run -u --project house scripts/house/survives.test.ts
test.each(['en', 'zh'] as const)('the page about what survives (%s) has the table of the file', async language => {
  const page = `${root}docs/${language === 'zh' ? 'zh/' : ''}what-survives.md`
  await expect(fillIn(readFileSync(page, 'utf8'), 'table of what survives', survivesTable(rows, language))).toMatchFileSnapshot(page)
})
