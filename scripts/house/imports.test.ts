import { expect, test } from 'vitest'
import { doors } from '../pack/doors.js'
import { importsOf, shipped, sources, type Import, type Source } from './sources.js'

// The table "Who may import whom" of the architecture. A room always imports itself.

interface Rule {
  rooms: string[]
  /** Rooms of which only types may come. */
  types?: string[]
  packages?: string[]
  /** Packages for the one file that owns them. */
  owned?: Record<string, string>
}

const table: Record<string, Rule> = {
  errors: { rooms: [] },
  'zod-names': { rooms: [], packages: ['zod'] },
  zod: { rooms: ['zod-names'], packages: ['zod'] },
  rxjs: { rooms: [], packages: ['rxjs'] },
  strings: { rooms: ['errors'] },
  protocol: { rooms: ['errors'], types: ['platform'], packages: ['zod', 'rxjs'] },
  contracts: { rooms: ['errors', 'protocol'], types: ['platform'], packages: ['rxjs'] },
  platform: { rooms: ['errors'] },
  transport: { rooms: ['protocol', 'platform', 'errors'], packages: ['rxjs'] },
  endpoints: { rooms: ['contracts', 'transport', 'protocol', 'errors'], types: ['platform'], packages: ['rxjs'] },
  // The parts of a context that need no host: made by whoever starts a run.
  context: { rooms: ['contracts', 'platform', 'errors'] },
  agent: { rooms: ['contracts', 'context', 'protocol', 'errors'], types: ['platform'], packages: ['rxjs'] },
  middleware: { rooms: ['contracts', 'protocol', 'errors'], packages: ['rxjs'] },
  // What an agent knows besides the conversation: tools and wrappers over small data.
  memory: { rooms: ['contracts', 'agent', 'protocol', 'errors'], packages: ['rxjs'] },
  workflow: { rooms: ['contracts', 'context', 'agent', 'protocol', 'errors'], packages: ['rxjs'] },
  thread: { rooms: ['contracts', 'context', 'protocol', 'platform', 'errors', 'strings'], packages: ['rxjs'] },
  view: { rooms: ['thread', 'protocol', 'strings'], types: ['contracts'], packages: ['rxjs'], owned: { react: 'view/react', vue: 'view/vue' } },
  device: { rooms: ['contracts', 'agent', 'errors'], types: ['platform'], packages: ['zod'] },
  skills: { rooms: ['contracts', 'agent', 'protocol', 'errors'], types: ['platform'] },
}

/** Imports that stand outside the table, each with its reason. */
const exceptions: Record<string, string> = {}

/** Hosts that come with a package of their own. */
const hostPackages: Record<string, string> = { taro: '@tarojs/taro', node: 'node:', uni: '@dcloudio/types' }

/** Adapters of what runs on top of hosts. */
const frameworks = ['adapters/taro', 'adapters/uni']

/** Third-party packages and the one file each belongs to (peers and what a server needs excepted). */
const owners: Record<string, RegExp> = {
  eventemitter3: /^sdk\/thread\//,
  '@cfworker/json-schema': /^sdk\/protocol\//,
  'fast-json-patch': /^sdk\/protocol\//,
}

const roomOf = (path: string) => {
  const [top, second = ''] = path.split('/')
  if (top === 'adapters') return `adapters/${second.replace(/\.tsx?$/, '')}`
  return second.replace(/\.tsx?$/, '')
}
const packageOf = (specifier: string) => (specifier.startsWith('node:') ? 'node:' : specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/'))

function complaint(source: Source, { specifier, target, isTypeOnly }: Import): string | undefined {
  const room = roomOf(source.path)
  if (`${source.path} → ${target}` in exceptions) return undefined
  const refuse = (why: string) => `${source.path} imports "${specifier}": ${why}`
  if (target?.startsWith('..')) return refuse('outside the repository')
  if (room === 'index' || room === 'testkit') return target && !/^(sdk|adapters)\//.test(target) ? refuse('outside sdk/ and adapters/') : undefined
  if (room === 'server') return target && !isServerTarget(target) ? refuse('the server uses doors of sampan, its own files and the testkit') : undefined
  if (room.startsWith('adapters/')) return adapterComplaint(room, specifier, target, refuse)

  const rule = table[room]
  if (!rule) return refuse(`the room sdk/${room} has no row in scripts/house/imports.test.ts`)
  if (target === undefined) return packageComplaint(source, rule, specifier, refuse)
  const wanted = roomOf(target)
  if (target.startsWith('adapters/')) return refuse('the core never names a host')
  if (wanted === room) return room === 'endpoints' && streetOf(target) !== streetOf(source.path) ? refuse('endpoints do not know each other') : undefined
  if (rule.rooms.includes(wanted)) return undefined
  if (rule.types?.includes(wanted)) return isTypeOnly ? undefined : refuse(`only types of ${wanted} may come here`)
  return refuse(`${room} may import ${[...rule.rooms, ...(rule.types ?? []).map(name => `types of ${name}`)].join(', ') || 'nothing'}`)
}

const streetOf = (path: string) => path.split('/')[2]
const doorSources = new Set(doors().map(({ source }) => source))
const isServerTarget = (target: string) => /^sdk\/(server|testkit)\//.test(target) || doorSources.has(target)

function adapterComplaint(room: string, specifier: string, target: string | undefined, refuse: (why: string) => string): string | undefined {
  if (target === undefined) return hostPackages[room.slice('adapters/'.length)] === packageOf(specifier) ? undefined : refuse('an adapter has no dependencies but its own host’s')
  const wanted = roomOf(target)
  // A framework runs on any host: its adapter knows their doors, and no more of them.
  if (room === 'adapters/frameworks' && target.startsWith('adapters/') && doorSources.has(target)) return undefined
  if (wanted === 'adapters/frameworks' && frameworks.includes(room)) return undefined
  const isAllowed = wanted === room || wanted === 'adapters/shared' || wanted === 'platform' || wanted === 'errors'
  return isAllowed ? undefined : refuse('an adapter knows the platform, the errors and adapters/shared')
}

function packageComplaint(source: Source, rule: Rule, specifier: string, refuse: (why: string) => string): string | undefined {
  const name = packageOf(specifier)
  if (rule.packages?.includes(name) && name !== 'zod') return undefined
  if (name === 'zod' && rule.packages?.includes('zod')) return specifier === 'zod/mini' ? undefined : refuse('write zod/mini, the full zod does not fit on a phone')
  if (rule.owned?.[name] && source.path.startsWith(`sdk/${rule.owned[name]}`)) return undefined
  if (owners[name]?.test(source.path)) return undefined
  return refuse('this package is not for this room')
}

test('every import follows the table', () => {
  const complaints = shipped.flatMap(source => importsOf(source).map(each => complaint(source, each)).filter(each => each !== undefined))
  expect(complaints).toEqual([])
})

test('each third-party package is imported from one file', () => {
  const users = new Map<string, Set<string>>()
  for (const source of shipped.filter(({ path }) => !/^sdk\/(testkit|server)\//.test(path))) {
    for (const { specifier, target } of importsOf(source)) {
      const name = packageOf(specifier)
      if (target === undefined && name in owners) users.set(name, (users.get(name) ?? new Set()).add(source.path))
    }
  }
  expect([...users].filter(([, files]) => files.size > 1).map(([name, files]) => `${name}: ${[...files].join(', ')}`)).toEqual([])
})

test('Node builtins stay in the server, the testkit, the Node adapter and tests', () => {
  const offenders = shipped.filter(({ path }) => !/^(sdk\/(server|testkit)|adapters\/node)\//.test(path))
    .flatMap(source => importsOf(source).filter(({ specifier }) => specifier.startsWith('node:')).map(({ specifier }) => `${source.path}: ${specifier}`))
  expect(offenders).toEqual([])
})

test('relative imports carry the extension that stands in the build', () => {
  const offenders = sources.flatMap(source => importsOf(source)
    .filter(({ specifier }) => specifier.startsWith('.') && !/\.(js|json)$/.test(specifier))
    .map(({ specifier }) => `${source.path}: ${specifier}`))
  expect(offenders).toEqual([])
})
