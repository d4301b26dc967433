import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { problemTable } from './problem.js'

const folder = new URL('.', import.meta.url)
const page = readFileSync(new URL('WIRE.md', folder), 'utf8')
const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('__fixtures__'))
  .map(file => readFileSync(new URL(file, folder), 'utf8'))
  .join('\n')

it('WIRE.md lists every code with its status, and no other', () => {
  const listed = [...page.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [code, Number(status)])
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(Object.entries(problemTable).map(([code, [status]]) => [code, status])))
  expect(listed).toHaveLength(Object.keys(problemTable).length)
})

it('every code of the table is given somewhere', () => {
  const unused = Object.keys(problemTable).filter(code => source.split(`'${code}'`).length < 2)
  expect(unused).toEqual([])
})

it('WIRE.md names every header and path the code knows', () => {
  const headers = new Set([...source.matchAll(/'(x-[a-z-]+|retry-after|www-authenticate|allow)'/g)].map(match => match[1]!))
  const paths = new Set([...source.matchAll(/'(\/v1\/[a-z/:-]+|\/chat\/completions|\/health)'/g)].map(match => match[1]!.replace(/:(\w+)/g, '{$1}')))
  expect(headers.size).toBeGreaterThan(5)
  expect(paths.size).toBeGreaterThan(9)
  expect([...headers, ...paths].filter(word => !page.includes(word))).toEqual([])
})
