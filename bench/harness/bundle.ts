import { createRequire, builtinModules } from 'node:module'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'
import type { Plugin as RollupPlugin } from 'rollup'
import { loadEsbuild } from './compile.js'
import { benchFolder, bundlesFolder, peersFolder } from './paths.js'
import { findDoor, sampanResolver } from './sampan-resolver.js'

const requirePeer = createRequire(join(peersFolder, 'package.json'))
const isBuiltin = (path: string): boolean => path.startsWith('node:') || builtinModules.includes(path)
const define = { 'process.env.NODE_ENV': '"production"' }

export const bundleFile = (app: string, bundler: 'esbuild' | 'rollup'): string => join(bundlesFolder, `${app}.${bundler}.js`)

/** An app as one minified script that sets `app`, by the bundler with the least settings. ES2017, as phones want it. */
export async function bundleByEsbuild(app: string): Promise<string> {
  const { outputFiles } = await loadEsbuild().build({
    entryPoints: [join(benchFolder, 'apps', `${app}.ts`)],
    bundle: true, minify: true, write: false, format: 'iife', globalName: 'app', target: 'es2017', platform: 'browser',
    mainFields: ['browser', 'module', 'main'], define, logLevel: 'silent', legalComments: 'none',
    plugins: [sampanResolver(), esbuildFromPeers(), esbuildWithoutNode()]
  })
  return keep(app, 'esbuild', outputFiles[0]!.text)
}

/** The same by the bundler that shakes best, and terser. */
export async function bundleByRollup(app: string): Promise<string> {
  const { rollup } = requirePeer('rollup') as typeof import('rollup')
  const { minify } = requirePeer('terser') as typeof import('terser')
  const [resolve, commonjs, json] = ['node-resolve', 'commonjs', 'json'].map(name => pluginOf(requirePeer(`@rollup/plugin-${name}`)))
  const bundle = await rollup({
    input: join(benchFolder, 'apps', `${app}.ts`),
    onwarn: () => undefined,
    plugins: [rollupSampan(), rollupFromPeers(), rollupWithoutNode(), rollupEsbuild(), json!({}), resolve!({ browser: true, preferBuiltins: false }), commonjs!({ transformMixedEsModules: true })]
  })
  const { output } = await bundle.generate({ format: 'iife', name: 'app', inlineDynamicImports: true, exports: 'named' })
  await bundle.close()
  const lowered = await loadEsbuild().transform(output[0].code, { target: 'es2017' })
  const { code } = await minify(lowered.code, { ecma: 2017, compress: { passes: 2 }, mangle: true, format: { comments: false } })
  return keep(app, 'rollup', code ?? '')
}

function keep(app: string, bundler: 'esbuild' | 'rollup', code: string): string {
  mkdirSync(bundlesFolder, { recursive: true })
  writeFileSync(bundleFile(app, bundler), code)
  return code
}

type MakePlugin = (options: object) => RollupPlugin
const pluginOf = (module: MakePlugin | { default: MakePlugin }): MakePlugin => typeof module === 'function' ? module : module.default

/**
 * What an app imports by name is taken from the peers' folder, as its peers do, and so is what we import: with a second
 * copy of zod or rxjs from the repository in it, a bundle would look larger than it is.
 */
const isOfApps = (path: string, importer: string): boolean => /^[@a-z]/.test(path) && !importer.includes('/node_modules/')
const insidePeers = join(peersFolder, 'package.json')

function esbuildFromPeers(): Plugin {
  return {
    name: 'from-peers',
    setup(build) {
      build.onResolve({ filter: /^[@a-z]/ }, async args => {
        if (args.pluginData === 'from-peers' || args.kind === 'entry-point' || !isOfApps(args.path, args.importer)) return undefined
        const found = await build.resolve(args.path, { importer: insidePeers, resolveDir: peersFolder, kind: args.kind, pluginData: 'from-peers' })
        return found.errors.length > 0 ? undefined : found
      })
    }
  }
}

const rollupFromPeers = (): RollupPlugin => ({
  name: 'from-peers',
  resolveId(source, importer) {
    if (importer === undefined || importer === insidePeers || !isOfApps(source, importer)) return null
    return this.resolve(source, insidePeers, { skipSelf: true })
  }
})

/** Node's own modules are nothing on a phone. */
function esbuildWithoutNode(): Plugin {
  return {
    name: 'without-node',
    setup(build) {
      build.onResolve({ filter: /./ }, args => isBuiltin(args.path) ? { path: args.path, namespace: 'nothing' } : undefined)
      build.onLoad({ filter: /./, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}' }))
    }
  }
}

const rollupWithoutNode = (): RollupPlugin => ({
  name: 'without-node',
  resolveId: source => isBuiltin(source) ? `\0nothing:${source}` : null,
  load: id => id.startsWith('\0nothing:') ? { code: 'export default {}', syntheticNamedExports: true } : null
})

const rollupSampan = (): RollupPlugin => ({
  name: 'sampan',
  resolveId: source => /^sampan(\/|$)/.test(source) ? findDoor(source) ?? null : null
})

/** TypeScript, and our own sources' `./name.js` for `./name.ts`. */
function rollupEsbuild(): RollupPlugin {
  return {
    name: 'typescript',
    async resolveId(source, importer) {
      if (importer === undefined || !importer.endsWith('.ts') || !source.startsWith('.')) return null
      return this.resolve(source.replace(/\.js$/, '.ts'), importer, { skipSelf: true })
    },
    async transform(code, id) {
      if (!id.endsWith('.ts')) return null
      return { code: (await loadEsbuild().transform(code, { loader: 'ts', target: 'es2022' })).code, map: null }
    }
  }
}
