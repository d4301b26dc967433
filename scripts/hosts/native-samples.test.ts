import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packProject } from '../beds/packer/pack-project.js'
import { root } from '../lib/run.js'
import { samplePhone, type SamplePhone } from '../lib/sample-phone.js'

// Every native sample, taken the way its reader takes it: npm install, then WeChat's "build npm".

const samples = existsSync(`${root}samples`) ? readdirSync(`${root}samples`).filter(name => existsSync(`${root}samples/${name}/app.json`)) : []

describe.skipIf(samples.length === 0).each(samples)('%s', name => {
  test('packs without a warning, and finds every file it requires', async () => {
    const { folder, warnings } = await packProject(`samples/${name}`)
    expect(warnings).toEqual([])
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => /\.js$/.test(file) && !/(node_modules|miniprogram_npm)\//.test(file))
    const required = sources.flatMap(file => [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(/require\(['"](sampan[^'"]*)['"]\)/g)].map(match => match[1]!))
    expect(required.length).toBeGreaterThan(0)
    const missing = required.filter(door => ![`${door}.js`, `${door}/index.js`].some(file => existsSync(`${folder}/miniprogram_npm/${file}`)))
    expect(missing).toEqual([])
  })
})

// hello-wechat has a test of its own: one project's pages a test file.
describe('the page of hello-stream', () => {
  let phone: SamplePhone
  beforeAll(async () => {
    phone = await samplePhone('hello-stream')
  })
  afterAll(() => phone.close())

  test('shows an answer as it comes, and all the while that AI generates it', async () => {
    const page = await phone.open()
    expect(page.text()).toBe('内容由 AI 生成')
    await page.dispatch('.field', 'confirm', { value: '讲讲你们的手冲' })
    await page.until(() => page.instance.data.pieces.length > 2)
    expect(page.instance.data.error).toBe('')
    expect(page.text()).toBe(`${page.instance.data.pieces.join('')}内容由 AI 生成`)
    page.close()
  })
})
