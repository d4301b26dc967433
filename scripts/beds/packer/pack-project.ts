import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import ts from 'typescript'
import { bed, packed } from '../../lib/beds.js'
import { exclusively } from '../../lib/exclusively.js'
import { mustRun, root } from '../../lib/run.js'

export interface PackedProject {
  /** The mini-program as DevTools would run it, with `miniprogram_npm`. Ends without a slash. */
  folder: string
  /** What WeChat's tool complained about. */
  warnings: string[]
}

/**
 * Takes a native mini-program from the repository to where it can run: installs the packed tarball of Sampan as a user
 * would, lets WeChat's own "build npm" make `miniprogram_npm`, and compiles TypeScript as DevTools does.
 */
export async function packProject(source: string): Promise<PackedProject> {
  const name = source.split('/').at(-1)!
  const folder = `${root}.cache/projects/${name}`
  const [{ sampan }, tools] = await Promise.all([packed(), bed('packer')])
  return exclusively(`project-${name}`, async () => {
    rmSync(folder, { recursive: true, force: true })
    cpSync(root + source, folder, { recursive: true, filter: path => !/\/(node_modules|miniprogram_npm|dist)(\/|$)/.test(path) })
    useTarball(`${folder}/package.json`, sampan)
    await mustRun('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline', '--no-package-lock', '--loglevel=error'], { cwd: folder })
    const output = await mustRun(process.execPath, [`${root}scripts/beds/packer/pack-npm.cjs`, folder], { cwd: root + tools.folder })
    compile(folder)
    const warnings = JSON.parse(output.trim().split('\n').at(-1)!) as { msg?: string; jsPath?: string }[]
    return { folder: `${folder}/${miniprogramRoot(folder)}`.replace(/\/+$/, ''), warnings: warnings.map(each => JSON.stringify(each)) }
  })
}

function useTarball(file: string, tarball: string): void {
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, sampan: `file:${tarball}` } }, null, 2))
}

function miniprogramRoot(folder: string): string {
  return JSON.parse(readFileSync(`${folder}/project.config.json`, 'utf8')).miniprogramRoot ?? ''
}

function compile(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.ts$/.test(file) || /\.d\.ts$/.test(file) || file.includes('node_modules')) continue
    const { outputText } = ts.transpileModule(readFileSync(`${folder}/${file}`, 'utf8'), { compilerOptions: { target: ts.ScriptTarget.ES2017, module: ts.ModuleKind.CommonJS, esModuleInterop: true } })
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${folder}/${file.replace(/\.ts$/, '.js')}`, outputText)
  }
}
