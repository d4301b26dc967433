import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { beforeAll, expect, test } from 'vitest'
import { root } from '../lib/run.js'
import { doors, serverDoors, specifier, type Door } from '../pack/doors.js'

// What the documents show compiles against the sources, and imports doors only. A block that leans on something it does
// not show says so in a comment right above it, which a reader does not see:
//   <!-- assumes: declare const menu: { name: string }[] -->     stands before the block when it is compiled
//   <!-- unchecked: why this cannot compile -->

interface Snippet {
  /** Document and line, `README.md:22`. */
  place: string
  code: string
  assumes: string
}

const BLOCK = /(?:<!-- *(?<mark>assumes|unchecked): *(?<note>.*?) *-->\n+)?^```(?<language>\w*)[^\n]*\n(?<code>[^]*?)^```$/gm
const CODE = ['ts', 'tsx', 'typescript', 'js', 'javascript', 'jsx']

const documents = ['', ...['docs', 'samples'].flatMap(foldersIn)]
  .flatMap(folder => readdirSync(root + folder).filter(name => name.endsWith('.md')).map(name => folder + name))

function foldersIn(folder: string): string[] {
  const inside = readdirSync(root + folder, { withFileTypes: true }).filter(entry => entry.isDirectory() && !/^(node_modules|dist|\..*)$/.test(entry.name))
  return [`${folder}/`, ...inside.flatMap(({ name }) => foldersIn(`${folder}/${name}`))]
}

/** The blocks of code of a document, without those that say why they cannot compile. */
function snippetsOf(document: string): Snippet[] {
  const text = readFileSync(root + document, 'utf8')
  return [...text.matchAll(BLOCK)]
    .filter(({ groups }) => CODE.includes(groups!.language!) && groups!.mark !== 'unchecked')
    .map(({ groups, index }) => {
      const line = text.slice(0, text.indexOf('```', index)).split('\n').length
      return { place: `${document}:${line}`, code: groups!.code!, assumes: groups!.note ?? '' }
    })
}

const pathsOf = (list: Door[], pkg?: string): [string, string[]][] => list.map(({ name, source }) => [specifier(name, pkg), [root + source]])

/** Compiles all snippets as one program, each a module of its own, and answers what the compiler says about them. */
function complaints(snippets: Snippet[]): string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  // What is made to be shown is not used.
  Object.assign(options, { noUnusedLocals: false, paths: Object.fromEntries([...pathsOf(doors()), ...pathsOf(serverDoors(), '@sampan/server')]) })
  const files = new Map(snippets.map((snippet, index) => [`${root}snippet-${index}.ts`, snippet]))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  const textOf = ({ assumes, code }: Snippet): string => `${assumes}\n${code}\nexport {}\n`
  host.fileExists = name => files.has(name) || fileExists(name)
  host.readFile = name => (files.has(name) ? textOf(files.get(name)!) : readFile(name))
  const program = ts.createProgram([...files.keys()], options, host)
  return [...files].flatMap(([name, { place }]) => {
    const source = program.getSourceFile(name)!
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return found.map(({ messageText, start = 0 }) => `${place}, line ${source.getLineAndCharacterOfPosition(start).line} of the block: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)
  })
}

const wrong: Snippet = {
  place: 'here.md:1',
  assumes: 'declare const city: string',
  code: "import { createThread } from 'sampan'\nexport const n: number = city\ncreateThread({ id: 7 })\nimport 'sampan/secret'\n",
}
const snippets = documents.flatMap(snippetsOf)
let found: string[]
beforeAll(() => void (found = complaints([...snippets, wrong])), 120_000)

test('every block of code in the documents compiles', () => {
  expect(snippets.length).toBeGreaterThan(0)
  expect(found.filter(line => !line.startsWith(wrong.place))).toEqual([])
})

test('a block that does not compile is found, by its place', () => {
  expect(found.filter(line => line.startsWith(wrong.place))).toEqual([
    expect.stringContaining("line 2 of the block: Type 'string' is not assignable"),
    expect.stringContaining("line 3 of the block: Type 'number' is not assignable"),
    expect.stringContaining('line 4 of the block: Cannot find module'),
  ])
})
