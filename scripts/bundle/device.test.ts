import { build as esbuild } from 'esbuild'
import { beforeAll, expect, test } from 'vitest'
import { packed } from '../lib/beds.js'
import { deviceDoors, hostNames } from '../lib/device-table.js'
import { phoneFiles, reachableFrom } from '../lib/phone-files.js'
import { root } from '../lib/run.js'
import { phoneDoors } from '../pack/doors.js'

// An app that only chats contains no name of a private API, and one with a capability contains the names of that one:
// hosts look for them in the code, and ask its owner what they are for.

const isDevice = (name: string) => name.startsWith('device/')
const chatDoors = phoneDoors().map(({ name }) => name).filter(name => !isDevice(name))

let devices: Awaited<ReturnType<typeof deviceDoors>>
let names: string[]
beforeAll(async () => {
  await packed()
  devices = await deviceDoors()
  names = hostNames(devices)
})

/** Which of the names stand in this code. A plain word, like `scan`, counts as a name where it is a string. */
const found = (code: string, wanted = names): string[] =>
  wanted.filter(name => new RegExp(/[A-Z]/.test(name) ? `\\b${name}\\b` : `["'\`]${name}["'\`]`).test(code))
const textOf = (files: Map<string, string>): string => [...files.values()].join('\n')

const smallest = `
import { createAgent, createThread, defineTool, connect } from 'sampan'
import { openai } from 'sampan/endpoints/openai'
import { wechatPlatform } from 'sampan/adapters/wechat'
import { z } from 'sampan/zod'
const platform = wechatPlatform()
const model = openai({ connection: connect({ platform, url: 'https://ai.example.com' }), model: 'default' })
const findDrinks = defineTool({ name: 'findDrinks', description: '', input: z.object({ keyword: z.string() }), execute: ({ keyword }) => [keyword] })
createThread({ agent: createAgent({ model, tools: [findDrinks] }), platform, id: 'barista' }).send('来一杯冰拿铁')
`

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await esbuild({
    stdin: { contents, resolveDir: root }, bundle: true, format: 'iife', target: 'es2017', write: false, minify: true,
    plugins: [{
      name: 'sampan',
      setup: ({ onResolve }) => onResolve({ filter: /^sampan(\/|$)/ }, ({ path }) => ({ path: `${root}build/sampan/${path.slice('sampan/'.length) || 'index'}.js`, sideEffects: false })),
    }],
  })
  return outputFiles[0]!.text
}

test('the smallest app contains none', async () => {
  expect(found(await bundled(smallest))).toEqual([])
  const withLocation = `${smallest}import { locationTool } from 'sampan/device/location'\nconsole.log(locationTool(platform))\n`
  expect(found(await bundled(withLocation))).toEqual(['getLocation'])
})

test('no page of a native project contains one, whatever doors it requires beside those of devices', () => {
  expect(chatDoors).toContain('view/behavior')
  expect(found(textOf(reachableFrom(chatDoors)))).toEqual([])
})

test('a capability contains its own names and no other’s', () => {
  const files = phoneFiles()
  for (const { door, tables, tools } of devices) {
    const own = hostNames(devices.filter(each => each.door === door))
    // What the model calls a tool may be what another host calls its API.
    const mine = new Set([...own, ...tools.map(({ tool }) => tool.name)])
    const inside = found(textOf(reachableFrom([door.name], files)))
    expect({ [door.name]: inside.filter(name => !mine.has(name)) }).toEqual({ [door.name]: [] })
    expect(inside).toEqual(expect.arrayContaining(own))
    expect(tables.length).toBeGreaterThan(0)
  }
})

test('a capability is at most 1.5 kB of its own, the recorder, which keeps a state, 2.6 kB, and what all share 1.6 kB', () => {
  const files = phoneFiles()
  const sizes = devices.map(({ door }) => [door.name, files.get(`${door.name}.js`)!.length] as const)
  console.log(sizes.map(([name, bytes]) => `${String(bytes).padStart(6)}  ${name}`).join('\n'))
  expect(sizes.filter(([name, bytes]) => bytes > (name === 'device/recorder' ? 2600 : 1500))).toEqual([])
  expect(files.get('shared/call-device.js')!.length).toBeLessThanOrEqual(1600)
})
