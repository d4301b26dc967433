import commonjs from '@rollup/plugin-commonjs'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import type { OutputOptions, RollupOptions } from 'rollup'
import { root } from './scripts/lib/run.js'
import { isPeer, packageOf, SERVER } from './scripts/pack/dependencies.js'
import { doors, phoneDoors, serverDoors, type Door } from './scripts/pack/doors.js'
import { thirdPartyBanner } from './scripts/pack/notices.js'
import { doorsByName, forPhones, localGlobalThis, onlyKnown, ownUrl, resolveSources, squeeze, stripTypes } from './scripts/pack/plugins.js'

// Three outputs of one source tree. `npm run build` (scripts/build.ts) runs them and adds types and manifests.

const sources = (list: Door[]) => list.map(({ source }) => root + source)

const bare = (id: string) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('\0')
const isBuiltin = (id: string) => id.startsWith('node:')

/** One file a module, under `lib/`: a bundler drops what an app does not use, and a stack trace names our files. */
const oneFileAModule: OutputOptions = {
  format: 'es',
  preserveModules: true,
  preserveModulesRoot: root.slice(0, -1),
  // npm leaves folders called node_modules out of a package, so inlined code lives under another name.
  entryFileNames: ({ name }) => `lib/${name.replace(/(.*\/)?node_modules\//, 'inlined/')}.js`,
  generatedCode: { preset: 'es2015', symbols: false },
}

/** `sampan` for bundlers, browsers and Node: peers stay imports. */
export const esm = (): RollupOptions => ({
  input: sources(doors()),
  external: id => bare(id) && (isBuiltin(id) || isPeer(id)),
  plugins: [onlyKnown(), resolveSources(), nodeResolve({ browser: true }), commonjs(), ownUrl(), forPhones()],
  output: { ...oneFileAModule, dir: 'build/sampan' },
})

/**
 * `sampan` for WeChat's "build npm" and its relatives, which copy this folder as it is: CommonJS with everything in it,
 * each dependency once. Rollup cuts the chunks by who needs what, so a page pulls what its doors need.
 */
export const miniprogram = (): RollupOptions => ({
  input: Object.fromEntries(phoneDoors().map(({ name, source }) => [name, root + source])),
  plugins: [
    onlyKnown(),
    resolveSources(),
    nodeResolve({ browser: true, exportConditions: ['es2015'] }),
    commonjs(),
    localGlobalThis(),
    ownUrl(),
    forPhones(),
    squeeze(),
  ],
  output: {
    dir: 'build/sampan/miniprogram_dist',
    format: 'cjs',
    exports: 'named',
    esModule: false,
    externalLiveBindings: false,
    freeze: false,
    strict: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name].js',
    generatedCode: { preset: 'es2015', symbols: false },
    sourcemap: 'hidden',
    banner: thirdPartyBanner,
  },
})

/** `@sampan/server`: imports the doors of `sampan` by name, whatever path the source used. */
export const server = (): RollupOptions => ({
  input: sources(serverDoors()),
  external: id => bare(id) && (isBuiltin(id) || isPeer(id) || packageOf(id) === 'sampan' || SERVER.includes(packageOf(id))),
  plugins: [onlyKnown(), resolveSources(), doorsByName(), nodeResolve({ exportConditions: ['node'] }), commonjs(), stripTypes()],
  output: { ...oneFileAModule, dir: 'build/server' },
})

export default [esm(), miniprogram(), ...(serverDoors().length ? [server()] : [])]
