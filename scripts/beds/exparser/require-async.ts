import { existsSync, readFileSync } from 'node:fs'
import Module from 'node:module'

/** Why code of a sub-package did not come. */
export interface AsyncFailure { mod: string; errMsg: string }

/**
 * Gives the modules of a mini-program `require.async`, which the component runtime lacks, as WeChat's typings and its page on
 * asynchronous sub-packages say: a promise of what a module exports, whose sub-package is fetched first. A plain `require`
 * across the border of a sub-package that was not fetched fails, as on a phone.
 *
 * @param inside runs work with the mini-program's own way of finding modules.
 * @returns what ends it. Modules that were loaded meanwhile keep their `require.async`.
 */
export function installRequireAsync(folder: string, inside: <T>(work: () => T) => T): () => void {
  const internals = Module as any
  const { _extensions: extensions, _load: load } = internals
  const compile = extensions['.js']
  const roots = subPackageRoots(folder)
  const fetched = new Set<string>()
  const rootOf = (file: string): string | undefined => roots.find(root => file.startsWith(root))

  const makeAsync = (require: NodeJS.Require, from: string) => (target: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      // A macrotask: the sub-package comes over the network.
      setTimeout(() => {
        try {
          resolve(inside(() => {
            const root = rootOf(require.resolve(target))
            if (root) fetched.add(root)
            return require(target)
          }))
        } catch (thrown) {
          const failure: AsyncFailure = { mod: target, errMsg: `require.async "${target}" from ${from.slice(folder.length)}: ${(thrown as Error).message}` }
          reject(failure)
        }
      }, 0)
    })
  internals.__sampanAsync = makeAsync
  extensions['.js'] = (module: any, filename: string) => {
    if (!filename.startsWith(folder)) return compile(module, filename)
    // On the first line, so that lines keep their numbers.
    const prelude = `require.async = require('node:module').__sampanAsync(require, __filename);`
    module._compile(prelude + readFileSync(filename, 'utf8'), filename)
  }
  internals._load = function (request: string, parent: { filename?: string } | undefined, ...rest: unknown[]) {
    const from = parent?.filename ?? ''
    if (from.startsWith(folder) && /^\.|^\//.test(request)) {
      const root = rootOf(internals._resolveFilename(request, parent))
      if (root && rootOf(from) !== root && !fetched.has(root)) throw new Error(`module '${request}' is in a sub-package that is not there yet`)
    }
    return load.call(this, request, parent, ...rest)
  }
  return () => Object.assign(internals, { _load: load, _extensions: Object.assign(extensions, { '.js': compile }) })
}

function subPackageRoots(folder: string): string[] {
  if (!existsSync(`${folder}/app.json`)) return []
  const { subPackages, subpackages = subPackages ?? [] } = JSON.parse(readFileSync(`${folder}/app.json`, 'utf8')) as Record<'subPackages' | 'subpackages', { root: string }[] | undefined>
  return subpackages!.map(({ root }) => `${folder}/${root.replace(/^\/|\/$/g, '')}/`)
}
