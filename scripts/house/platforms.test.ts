import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { root } from '../lib/run.js'
import { hostFactsList, platformTables } from '../lib/platform-table.js'
import type { Tried } from '../../adapters/shared/host-facts.js'

test('every adapter says what is known of its host, and tier B is never called more than a guess', async () => {
  const list = await hostFactsList()
  expect(list.map(({ name }) => name).sort()).toEqual(
    ['alipay', 'baidu', 'douyin', 'feishu', 'harmony', 'jd', 'kuaishou', 'node', 'qq', 'taro', 'uni', 'web', 'wechat', 'xiaohongshu'])
  const overstated = list.filter(({ tier, known }) => tier === 'B' && Object.values(known).includes('real runtime in CI'))
  expect(overstated.map(({ name }) => name)).toEqual([])
})

test('a way into an app that is said to be tried is tried by the test it names', async () => {
  const named = (await hostFactsList()).flatMap(({ name, ways }) => Object.entries(ways).map(([way, tried]) => ({ place: `${name} ${way}`, tried: tried as Tried })))
  const wrong = named.filter(({ tried }) => {
    if (typeof tried === 'string') return false
    const [file, word] = tried.by.split('#')
    return !existsSync(root + file!) || !word || !readFileSync(root + file!, 'utf8').includes(word)
  })
  expect(named.filter(({ tried }) => typeof tried === 'object').length).toBeGreaterThan(8)
  expect(wrong.map(({ place }) => place)).toEqual([])
})

// To write the tables again: npx vitest run -u --project house scripts/house/platforms.test.ts
test.each(['en', 'zh'] as const)('the page about platforms (%s) has the tables that the adapters give', async language => {
  const page = `${root}docs/${language === 'zh' ? 'zh/' : ''}platforms.md`
  const [before, rest] = readFileSync(page, 'utf8').split('<!-- platform tables -->\n')
  const after = rest!.slice(rest!.indexOf('<!-- end of platform tables -->'))
  const tables = platformTables(await hostFactsList(), language)
  await expect(`${before}<!-- platform tables -->\n${tables}\n${after}`).toMatchFileSnapshot(page)
})
