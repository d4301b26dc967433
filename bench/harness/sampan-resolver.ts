import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'
import { packageFolder, repositoryFolder } from './paths.js'

let wantsSources = false

/** Measures the sources even where there is a built package, which may be older. */
export function preferSources(): void {
  wantsSources = true
}

/** Where our own code comes from in this run. A package without its main door is half built and does not count. */
export function sampanOrigin(): 'built package' | 'sources' {
  return !wantsSources && existsSync(join(packageFolder, 'package.json')) && inPackage('.') !== undefined ? 'built package' : 'sources'
}

/** Finds `sampan` and its doors in the built package, or in the sources while there is none. */
export function sampanResolver(): Plugin {
  return {
    name: 'sampan',
    setup(build) {
      build.onResolve({ filter: /^sampan(\/|$)/ }, args => {
        const path = findDoor(args.path)
        return path === undefined ? { errors: [{ text: `not built yet: ${args.path}` }] } : { path }
      })
    }
  }
}

/** The file behind `sampan` or `sampan/…`. */
export function findDoor(name: string): string | undefined {
  const door = name === 'sampan' ? '.' : `./${name.slice('sampan/'.length)}`
  return sampanOrigin() === 'built package' ? inPackage(door) : inSources(door)
}

function inPackage(door: string): string | undefined {
  const { exports } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }
  for (const [pattern, target] of Object.entries(exports)) {
    const [before, after] = pattern.split('*') as [string, string | undefined]
    const isMatch = after === undefined ? pattern === door : door.startsWith(before) && door.endsWith(after)
    const file = isMatch ? condition(target)?.replace('*', door.slice(before.length, door.length - (after ?? '').length)) : undefined
    if (file !== undefined && existsSync(join(packageFolder, file))) return join(packageFolder, file)
  }
  return undefined
}

function condition(target: unknown): string | undefined {
  if (typeof target === 'string') return target
  if (typeof target !== 'object' || target === null) return undefined
  const conditions = target as Record<string, unknown>
  return condition(conditions['import'] ?? conditions['default'])
}

function inSources(door: string): string | undefined {
  const name = door === '.' ? 'index' : door.slice(2)
  const roots = name.startsWith('adapters/') ? [repositoryFolder] : [join(repositoryFolder, 'sdk')]
  return roots.flatMap(root => [join(root, `${name}.ts`), join(root, name, 'index.ts')]).find(existsSync)
}
