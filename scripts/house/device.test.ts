import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { deviceDoors, deviceTable } from '../lib/device-table.js'
import { root } from '../lib/run.js'
import { importsOf, shipped } from './sources.js'

// Reviewers of hosts look for the names of private APIs: an app has those of the capabilities it imports, and no other.

let doors: Awaited<ReturnType<typeof deviceDoors>>
beforeAll(async () => void (doors = await deviceDoors()))

test('a capability is reached by its own door only', () => {
  const offenders = shipped.flatMap(({ path, ...source }) => importsOf({ path, ...source })
    .filter(({ target }) => target?.startsWith('sdk/device/') && !(path.startsWith('sdk/device/') && target === 'sdk/device/call-device.ts'))
    .map(({ target }) => `${path} → ${target}`))
  expect(offenders).toEqual([])
})

test('every capability has a table of hosts, and tools that ask the person where it matters', () => {
  expect(doors.length).toBeGreaterThan(10)
  expect(doors.filter(({ tables, tools }) => !tables.length || !tools.length).map(({ door }) => door.name)).toEqual([])
  const unasked = doors.flatMap(({ tools }) => tools.filter(({ tool }) => tool.approval !== 'ask').map(({ tool }) => tool.name))
  expect(unasked.sort()).toEqual(['stopAudio', 'stopRecording', 'writeClipboard'])
})

test('tools have different names', () => {
  const names = doors.flatMap(({ tools }) => tools.map(({ tool }) => tool.name))
  expect(new Set(names).size).toBe(names.length)
})

// To write the tables again: npx vitest run -u --project house scripts/house/device.test.ts
test.each(['en', 'zh'] as const)('the page about devices (%s) has the table that the tools give', async language => {
  const page = `${root}docs/${language === 'zh' ? 'zh/' : ''}device.md`
  const text = readFileSync(page, 'utf8')
  const [before, rest] = text.split('<!-- device table -->\n')
  const after = rest!.slice(rest!.indexOf('<!-- end of device table -->'))
  await expect(`${before}<!-- device table -->\n${deviceTable(doors, language)}\n${after}`).toMatchFileSnapshot(page)
})
