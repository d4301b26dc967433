import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { SOCKET_PATH } from '../../protocol/index.js'
import { withFeedbackDefaults, withLimitDefaults, withLogDefaults, withThreadDefaults } from './options.js'
import { problemTable } from './problem.js'
import { completionPaths } from './routes.js'

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
  const routes = [...source.matchAll(/app\.(get|post)\('([^']+)'/g)].map(([, method, path]) => `${method!.toUpperCase()} ${path!.replace(/:(\w+)/g, '{$1}')}`)
  const completions = completionPaths.map(path => `POST ${path}`)
  expect(headers.size).toBeGreaterThan(5)
  expect(routes.length).toBeGreaterThan(13)
  const isNamed = (route: string): boolean => page.includes(`\`${route}\``) || page.includes(`\`${route}?`)
  expect([...headers].filter(header => !page.includes(header))).toEqual([])
  expect([...routes, ...completions].filter(route => !isNamed(route))).toEqual([])
  expect(page).toContain(`\`${SOCKET_PATH}\``)
})

it('WIRE.md names every limit of one caller, with its default, and no option that is not there', () => {
  const settings: Record<string, object> = { limits: withLimitDefaults(), logs: withLogDefaults(), threads: withThreadDefaults(), feedback: withFeedbackDefaults() }
  const named = [...page.matchAll(/`(limits|logs|threads|feedback)\.(\w+)`/g)].map(([, group, name]) => [group!, name!] as const)
  expect(named.filter(([group, name]) => !(name in settings[group]!))).toEqual([])
  expect(Object.keys(settings.limits!).filter(name => !named.some(([group, known]) => group === 'limits' && known === name))).toEqual([])
  const numbers = [...page.matchAll(/`(limits|logs|threads|feedback)\.(\w+)`[^`(]{0,20}?\(([\d, ]+)(MiB)?(?=[);,. ]|$)/g)]
  expect(numbers.length).toBeGreaterThan(6)
  for (const [, group, name, text, unit] of numbers) {
    const value = Number(text!.replace(/[, ]/g, '')) * (unit ? 1024 * 1024 : 1)
    const actual = Object.entries(settings[group!]!).find(([key]) => key === name)![1] as number
    // Some are told in days or hours.
    expect([value, value * 24 * 3_600_000], `${group}.${name}`).toContain(actual)
  }
})
