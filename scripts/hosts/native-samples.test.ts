import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packProject } from '../beds/packer/pack-project.js'
import { root } from '../lib/run.js'

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
