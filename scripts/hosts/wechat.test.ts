import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { openPage } from '../beds/exparser/open-page.js'
import { packProject, type PackedProject } from '../beds/packer/pack-project.js'
import { root } from '../lib/run.js'

// The chain a native project goes through: npm install of the tarball, WeChat's "build npm", WeChat's compiler and
// component runtime.

let project: PackedProject
beforeAll(async () => {
  project = await packProject('scripts/beds/packer/fixture')
})

test('WeChat’s build npm copies the mini-program build as it is, and nothing beside it', () => {
  expect(project.warnings).toEqual([])
  expect(readdirSync(`${project.folder}/miniprogram_npm`)).toEqual(['sampan'])
  const copied = readdirSync(`${project.folder}/miniprogram_npm/sampan`, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.js')).sort()
  const shipped = readdirSync(`${root}build/sampan/miniprogram_dist`, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.js')).sort()
  expect(copied).toEqual(shipped)
  for (const file of copied) expect(readFileSync(`${project.folder}/miniprogram_npm/sampan/${file}`, 'utf8')).toBe(readFileSync(`${root}build/sampan/miniprogram_dist/${file}`, 'utf8'))
})

test('a native page streams into its data and answers a tap', async () => {
  const wx = { request: ({ success }: any) => success({ data: { text: '好的' } }) }
  const page = await openPage({ folder: project.folder, page: 'pages/index/index', wx })
  await page.until(() => page.instance.data.values.length === 3)
  await page.tap('#more')
  expect(page.text()).toBe('024more好的')
  page.close()
})
