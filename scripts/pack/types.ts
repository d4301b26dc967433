import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import ts from 'typescript'
import { root } from '../lib/run.js'
import { doors, specifier } from './doors.js'

/** The declaration files of everything a list of sources reaches, by path from the repository's root. */
export function declarations(sources: string[]): Map<string, string> {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, noEmit: false, declaration: true, emitDeclarationOnly: true, stripInternal: true, rootDir: root }, root)
  const program = ts.createProgram([...sources, 'sdk/protocol/fast-json-patch.d.ts'].map(file => root + file), options)
  const files = new Map<string, string>()
  const { diagnostics } = program.emit(undefined, (path, text) => files.set(relative(root, path), text))
  const errors = [...ts.getPreEmitDiagnostics(program), ...diagnostics]
  if (errors.length) throw new Error(ts.formatDiagnostics(errors, { getCanonicalFileName: name => name, getCurrentDirectory: () => root, getNewLine: () => '\n' }))
  return files
}

/** Writes declaration files under `folder/lib`, each path as in the repository. */
export function writeDeclarations(files: Map<string, string>, folder: string, rewrite: (text: string, path: string) => string = text => text): void {
  for (const [path, text] of files) {
    const target = `${folder}/lib/${path}`
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, rewrite(text, path))
  }
}

/** Points relative imports that reach a door of `sampan` at the door, as the server's code does. */
export function doorsInTypes(text: string, path: string): string {
  const names = new Map(doors().map(({ name, source }) => [source.replace(/\.tsx?$/, ''), specifier(name)]))
  return text.replace(/(from\s+|import\(\s*)(['"])(\.[^'"]+)\2/g, (whole, before, quote, target) => {
    const name = names.get(relative(root, resolve(root, dirname(path), target)).replace(/\.js$/, ''))
    return name ? `${before}${quote}${name}${quote}` : whole
  })
}

/** Files among `files` that `entry` reaches by relative imports. */
export function reachable(files: Map<string, string>, entries: string[]): Map<string, string> {
  const found = new Map<string, string>()
  const queue = entries.map(source => source.replace(/\.tsx?$/, '.d.ts'))
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const text = files.get(path)
    if (text === undefined || found.has(path)) continue
    found.set(path, text)
    for (const [, target] of text.matchAll(/(?:from\s+|import\(\s*)['"](\.[^'"]+)['"]/g)) {
      queue.push(relative(root, resolve(root, dirname(path), target!)).replace(/\.js$/, '.d.ts'))
    }
  }
  return found
}

