import { existsSync } from 'node:fs'
import { builtinModules } from 'node:module'
import type { Plugin } from 'rollup'
import { transform } from 'esbuild'
import { minify } from 'terser'
import ts from 'typescript'
import { root } from '../lib/run.js'
import { isInlined, isPeer, packageOf, SERVER } from './dependencies.js'
import { doors, specifier } from './doors.js'

const isOurs = (id: string) => /\.tsx?$/.test(id)

/** Turns TypeScript into the JavaScript of today's Node. */
export function stripTypes(): Plugin {
  return {
    name: 'strip-types',
    transform: (code, id) => (isOurs(id) ? viaEsbuild(code, id) : null),
  }
}

/**
 * Turns TypeScript, and the newer JavaScript of what is inlined, into the ES2017 a phone can read.
 *
 * Two compilers, each for what it lowers best. esbuild writes `a?.b` as `a == null ? void 0 : a.b`, TypeScript with a
 * temporary and two comparisons. TypeScript writes an object spread as `Object.assign`, esbuild with a helper that loops
 * over the keys, which costs time on every event.
 */
export function forPhones(): Plugin[] {
  const isCode = (id: string) => isOurs(id) || (/\.m?js$/.test(id) && !id.startsWith('\0'))
  const operators = { 'optional-chain': false, 'nullish-coalescing': false, 'logical-assignment': false }
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2017,
    module: ts.ModuleKind.ESNext,
    useDefineForClassFields: false,
    sourceMap: true,
    allowJs: true,
    // Helpers come from tslib, once, instead of into every file that needs one.
    importHelpers: true,
  }
  return [
    {
      name: 'lower-operators',
      transform: (code, id) => (isCode(id) ? viaEsbuild(code, id, operators) : null),
    },
    {
      name: 'lower-the-rest',
      transform(code, id) {
        if (!isCode(id)) return null
        const { outputText, sourceMapText } = ts.transpileModule(code, { fileName: id.replace(/\.(tsx?|mjs)$/, '.js'), compilerOptions })
        return { code: outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'), map: JSON.parse(sourceMapText!) }
      },
    },
  ]
}

async function viaEsbuild(source: string, id: string, supported?: Record<string, boolean>) {
  const { code, map } = await transform(source, {
    loader: isOurs(id) ? (id.endsWith('x') ? 'tsx' : 'ts') : 'js',
    jsx: 'automatic',
    target: 'es2022',
    supported,
    sourcemap: 'external',
    sourcefile: id,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, verbatimModuleSyntax: true } },
  })
  return { code, map: JSON.parse(map) }
}

/** Lets `./x.js` in an import mean the source file `./x.ts`. */
export function resolveSources(): Plugin {
  return {
    name: 'resolve-sources',
    resolveId(specifier, importer) {
      if (!importer || !specifier.startsWith('.') || !/\.tsx?$/.test(importer)) return null
      const path = new URL(specifier, `file://${importer}`).pathname
      return [path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')].find(file => existsSync(file)) ?? null
    },
  }
}

/**
 * Gives inlined modules that read `globalThis` an object of their own: old engines have no such global, and a bare read
 * of it ends the whole app. What zod keeps there (its configuration and registry) is shared inside its module anyway;
 * its configuration says `jitless` from the start, so that it never asks for the `Function` that phones forbid.
 */
export function localGlobalThis(): Plugin {
  return {
    name: 'local-global-this',
    transform(code, id) {
      if (!id.includes('node_modules') || !/\bglobalThis\b/.test(code)) return null
      return { code: `const ownGlobal = { __zod_globalConfig: { jitless: true } };\n${code.replace(/\bglobalThis\b/g, 'ownGlobal')}`, map: null }
    },
  }
}

/** Gives the JSON Schema library, which resolves references with `URL`, as much of one as that takes: phones have none. */
export function ownUrl(): Plugin {
  return {
    name: 'own-url',
    transform(code, id) {
      if (!id.includes('@cfworker/json-schema') || !/\bURL\b/.test(code)) return null
      return { code: `import { ReferenceUrl as URL } from '${root}sdk/protocol/reference-url.ts';\nconst self = undefined;\n${code}`, map: null }
    },
  }
}

/** Stops the build at an import nobody has decided about: a new dependency must say how it is delivered. */
export function onlyKnown(): Plugin {
  return {
    name: 'only-known',
    resolveId(id, importer) {
      if (!importer || importer.includes('node_modules') || /^[./\0]/.test(id)) return null
      const isKnown = isPeer(id) || isInlined(id) || SERVER.includes(packageOf(id)) || id.startsWith('node:')
      if (isKnown) return null
      const hint = builtinModules.includes(id) ? `write node:${id}` : 'see scripts/pack/dependencies.ts'
      throw new Error(`${importer.replace(root, '')} imports "${id}", which no package of ours delivers (${hint})`)
    },
  }
}

/** In the server package, a source import that reaches a door of `sampan` becomes an import of that door by name. */
export function doorsByName(): Plugin {
  const names = new Map(doors().map(({ name, source }) => [root + source, specifier(name)]))
  return {
    name: 'doors-by-name',
    async resolveId(id, importer, options) {
      if (!importer || !id.startsWith('.')) return null
      const resolved = await this.resolve(id, importer, { ...options, skipSelf: true })
      const name = resolved && names.get(resolved.id)
      return name ? { id: name, external: true } : null
    },
  }
}

/** Makes the mini-program build small. See `docs/contributing/build.md` for what that costs in readability. */
export function squeeze(): Plugin {
  return {
    name: 'squeeze',
    async renderChunk(code) {
      const { code: small, map } = await minify(code, {
        ecma: 2017,
        module: false,
        toplevel: true,
        sourceMap: true,
        compress: { passes: 2, pure_getters: true, unsafe_arrows: false },
        format: { comments: /^! Contains /, max_line_len: 500 },
      } as Parameters<typeof minify>[1])
      return { code: small!, map: JSON.parse(map as string) }
    },
  }
}
