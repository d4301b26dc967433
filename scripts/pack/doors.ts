import { existsSync, readdirSync } from 'node:fs'
import { root } from '../lib/run.js'

// A door is a public subpath. Doors are read from the folders, so that adding an endpoint or an adapter edits no list.

export interface Door {
  /** As a user writes it after `sampan/`; `index` is the package itself. */
  readonly name: string
  /** The source file, from the repository's root. */
  readonly source: string
}

/** Rooms whose own file or folder is one door. */
const ROOMS = ['index', 'zod', 'rxjs', 'protocol', 'transport', 'agent', 'workflow', 'thread', 'view', 'skills', 'testkit']
/** Single files of a room that are doors beside the room itself. */
const FILES = ['agent/team', 'thread/device-store', 'protocol/json-schema', 'protocol/json-patch', 'view/react', 'view/vue', 'view/behavior', 'view/markdown', 'skills/runtime']
/** Rooms that have a door for every file or folder in them. */
const STREETS = ['sdk/endpoints', 'sdk/middleware', 'sdk/memory', 'sdk/device', 'adapters']
const PRIVATE = new Set(['adapters/shared', 'adapters/frameworks', 'sdk/device/call-device'])

/** Doors that no native project has a use for: not for a phone, or for frameworks, whose bundlers take the modules. */
const OFF_PHONE = new Set(['testkit', 'view/react', 'view/vue', 'adapters/web', 'adapters/node', 'adapters/taro', 'adapters/uni'])

/** All doors of `sampan` whose source exists, sorted by name. */
export function doors(): Door[] {
  const named = [...ROOMS, ...FILES].map(name => door(name, `sdk/${name}`))
  return [...named, ...STREETS.flatMap(street)].filter(each => each !== undefined).sort(byName)
}

/** Doors that `miniprogram_dist` has. */
export const phoneDoors = (): Door[] => doors().filter(({ name }) => !OFF_PHONE.has(name))

/** Doors of `@sampan/server`: its own index, and each of its rooms that has one. */
export function serverDoors(): Door[] {
  const rooms = list('sdk/server').map(entry => entry.name)
  return [door('index', 'sdk/server'), ...rooms.map(room => door(room, `sdk/server/${room}`))].filter(each => each !== undefined).sort(byName)
}

/** What a user imports: `sampan`, `sampan/thread`. */
export const specifier = (name: string, pkg = 'sampan') => (name === 'index' ? pkg : `${pkg}/${name}`)

const byName = (a: Door, b: Door) => (a.name < b.name ? -1 : 1)

function door(name: string, path: string): Door | undefined {
  const source = [`${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find(file => existsSync(root + file))
  return source === undefined ? undefined : { name, source }
}

function street(folder: string): (Door | undefined)[] {
  const prefix = folder.replace(/^sdk\//, '')
  return list(folder)
    .map(entry => entry.name.replace(/\.tsx?$/, ''))
    .filter(name => !PRIVATE.has(`${folder}/${name}`) && !name.includes('.') && name !== 'index')
    .map(name => door(`${prefix}/${name}`, `${folder}/${name}`))
}

function list(folder: string) {
  if (!existsSync(root + folder)) return []
  return readdirSync(root + folder, { withFileTypes: true }).filter(entry => entry.isDirectory() || /\.tsx?$/.test(entry.name))
}
