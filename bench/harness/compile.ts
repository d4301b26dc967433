import { createRequire } from 'node:module'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type * as Esbuild from 'esbuild'
import { benchFolder, compiledFolder, peersFolder } from './paths.js'
import { sampanResolver } from './sampan-resolver.js'

/** esbuild as the peers' folder has it: the bench needs nothing from the repository's own packages. */
export function loadEsbuild(): typeof Esbuild {
  return createRequire(join(peersFolder, 'package.json'))('esbuild') as typeof Esbuild
}

const folders = ['harness', 'fixtures', 'contenders', 'contenders/parts', 'inside']

/**
 * Compiles the bench to plain JavaScript, so that no loader runs in the children that are measured. Files are not
 * bundled: peers are loaded from their packages as an application would. Only our own contender is, since its doors
 * have to be found in the built package or, failing that, in the sources.
 * Answers why our contender could not be compiled, if it could not.
 */
export async function compileBench(): Promise<string | undefined> {
  const esbuild = loadEsbuild()
  rmSync(compiledFolder, { recursive: true, force: true })
  const files = folders.flatMap(folder => readdirSync(join(benchFolder, folder)).filter(name => name.endsWith('.ts')).map(name => join(benchFolder, folder, name)))
  const shared: Esbuild.BuildOptions = { outdir: compiledFolder, outbase: benchFolder, format: 'esm', platform: 'node', target: 'es2022', logLevel: 'silent' }
  const ours = (file: string): boolean => /contenders\/sampan\.ts$|inside\/(set-data|workflow)\.ts$/.test(file)
  await esbuild.build({ ...shared, entryPoints: files.filter(file => !ours(file)) })
  try {
    await esbuild.build({ ...shared, entryPoints: files.filter(ours), bundle: true, splitting: true, chunkNames: 'chunks/[name]-[hash]', external: ['rxjs', 'zod'], plugins: [sampanResolver()] })
    return undefined
  } catch (error) {
    return (error as Error).message.split('\n').slice(0, 3).join(' ')
  }
}
