import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { rollup, type OutputOptions, type RollupOptions, type RollupOutput } from 'rollup'
import { esm, miniprogram, server } from '../rollup.config.js'
import { exclusively } from './lib/exclusively.js'
import { mustRun, root } from './lib/run.js'
import { isFresh, markFresh, sourceHash } from './pack/fresh.js'
import { sampanManifest, serverManifest } from './pack/manifests.js'
import { inlinedPackages, notices } from './pack/notices.js'
import { doors, serverDoors, type Door } from './pack/doors.js'
import { declarations, doorsInTypes, reachable, writeDeclarations } from './pack/types.js'

// `npm run build`: what is published, generated into build/sampan and build/server, and packed into build/*.tgz.
// `--if-needed` does nothing where the sources have not changed since the last build.

const build = `${root}build`

/** Runs one rollup configuration. A warning is a mistake of ours: an import that cycles, an import that is missing. */
async function bundle(options: RollupOptions): Promise<RollupOutput> {
  const warnings: string[] = []
  const result = await rollup({ ...options, onwarn: ({ code, message, ids = [], id, loc }) => {
    const isTheirs = [...ids, ...(id ? [id] : []), ...(loc?.file ? [loc.file] : [])].some(file => file.includes('node_modules'))
    if (!isTheirs && code !== 'EMPTY_BUNDLE') warnings.push(message)
  } })
  const output = await result.write(options.output as OutputOptions)
  await result.close()
  if (warnings.length) throw new Error(warnings.join('\n'))
  return output
}

/** A file at the door's own path that names what the module behind it exports. */
function writeDoors(folder: string, list: Door[], { output }: RollupOutput): void {
  for (const { name, source } of list) {
    const path = `lib/${source.replace(/\.tsx?$/, '')}`
    const exports = output.find(each => each.type === 'chunk' && each.fileName === `${path}.js`)
    const names = exports?.type === 'chunk' ? exports.exports : []
    const target = `${'../'.repeat(name.split('/').length - 1) || './'}${path}.js`
    mkdirSync(dirname(`${folder}/${name}`), { recursive: true })
    writeFileSync(`${folder}/${name}.js`, `export { ${names.join(', ')} } from '${target}'\n`)
    writeFileSync(`${folder}/${name}.d.ts`, `export * from '${target}'\n`)
  }
}

function writeCommon(folder: string, manifest: object): void {
  writeFileSync(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md']) {
    if (existsSync(root + file)) cpSync(root + file, `${folder}/${file}`)
  }
}

async function buildSampan(types: Map<string, string>): Promise<void> {
  const folder = `${build}/sampan`
  const [modules, phone] = await Promise.all([bundle(esm()), bundle(miniprogram())])
  writeDoors(folder, doors(), modules)
  writeDeclarations(reachable(types, doors().map(({ source }) => source)), folder)
  moveMaps(`${folder}/miniprogram_dist`, `${build}/maps/miniprogram_dist`)
  writeCommon(folder, sampanManifest(doors()))
  cpSync(`${root}scripts/pack/files/sampan.js`, `${folder}/bin/sampan.js`)
  const inlined = [...modules.output, ...phone.output].flatMap(each => (each.type === 'chunk' ? each.moduleIds : []))
  writeFileSync(`${folder}/THIRD-PARTY-NOTICES.txt`, notices(inlinedPackages(inlined)))
}

async function buildServer(types: Map<string, string>): Promise<void> {
  const folder = `${build}/server`
  const list = serverDoors()
  writeDoors(folder, list, await bundle(server()))
  const renamed = new Map([...types].map(([path, text]) => [path, doorsInTypes(text, path)]))
  writeDeclarations(reachable(renamed, list.map(({ source }) => source)), folder)
  writeCommon(folder, serverManifest(list))
}

/** Source maps stay with us: a mini-program copies the whole folder, and maps are larger than the code. */
function moveMaps(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.map'))) {
    mkdirSync(dirname(`${to}/${entry}`), { recursive: true })
    cpSync(`${from}/${entry}`, `${to}/${entry}`)
    rmSync(`${from}/${entry}`)
  }
}

async function pack(folder: string): Promise<string> {
  const output = await mustRun('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', build], { cwd: folder })
  const json = JSON.parse(output.slice(output.search(/[[{]/)))
  // npm 12 answers with an object by package name, older ones with a list.
  const { filename, entryCount } = Object.values(json)[0] as { filename: string; entryCount: number }
  return `build/${filename}: ${entryCount} files, ${(statSync(`${build}/${filename}`).size / 1000).toFixed(0)} kB`
}

/** Everything, from the sources as they are. */
async function buildAll(hash: string): Promise<void> {
  const started = Date.now()
  // First what may fail: the packages of the last good build stay until there are types for new ones.
  const types = declarations([...doors(), ...serverDoors()].map(({ source }) => source))
  rmSync(build, { recursive: true, force: true })
  await buildSampan(types)
  if (serverDoors().length) await buildServer(types)
  const packed = await Promise.all(['sampan', 'server'].filter(name => existsSync(`${build}/${name}`)).map(name => pack(`${build}/${name}`)))
  markFresh(hash)
  console.log([...packed, `built in ${((Date.now() - started) / 1000).toFixed(1)} s`].join('\n'))
}

await exclusively('build', async () => {
  // Read before the build: a source that changes meanwhile makes the next build necessary.
  const hash = sourceHash()
  if (!(process.argv.includes('--if-needed') && isFresh(hash))) await buildAll(hash)
})
