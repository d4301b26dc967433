import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import ts from 'typescript'
import { root } from '../lib/run.js'

/** A file of `sdk/` or `adapters/`, parsed once for all house rules. */
export interface Source {
  /** From the repository's root. */
  path: string
  text: string
  tree: ts.SourceFile
  isTest: boolean
}

export interface Import {
  /** As written. */
  specifier: string
  /** From the repository's root, where the import is relative. */
  target?: string
  isTypeOnly: boolean
}

const folders = ['sdk', 'adapters']

export const sources: Source[] = folders
  .flatMap(folder => readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map(file => `${folder}/${file}`))
  .filter(path => /\.tsx?$/.test(path) && !path.endsWith('.d.ts') && !path.includes('node_modules'))
  .sort()
  .map(path => {
    const text = readFileSync(root + path, 'utf8')
    return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true), isTest: /\.(test|test-d)\.tsx?$/.test(path) }
  })

/** What ships: no tests, no recordings. */
export const shipped = sources.filter(({ isTest, path }) => !isTest && !path.includes('/__fixtures__/'))

/** Every node of a file. */
export function* nodes(node: ts.Node): Generator<ts.Node> {
  yield node
  for (const child of node.getChildren()) yield* nodes(child)
}

export const lineOf = ({ tree }: Source, node: ts.Node) => tree.getLineAndCharacterOfPosition(node.getStart()).line + 1
export const linesOf = (node: ts.Node, tree: ts.SourceFile) =>
  tree.getLineAndCharacterOfPosition(node.getEnd()).line - tree.getLineAndCharacterOfPosition(node.getStart()).line + 1

/** What a file imports or re-exports, also in `import('…')`. */
export function importsOf({ path, tree }: Source): Import[] {
  const found: Import[] = []
  const add = (specifier: string, isTypeOnly: boolean) => {
    const target = specifier.startsWith('.') ? relative(root, resolve(root, dirname(path), specifier)).replace(/\.js$/, '.ts') : undefined
    found.push({ specifier, target, isTypeOnly })
  }
  for (const node of nodes(tree)) {
    if (ts.isImportDeclaration(node)) add(textOf(node.moduleSpecifier), isTypeImport(node.importClause))
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(textOf(node.moduleSpecifier), node.isTypeOnly)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(textOf(node.argument.literal), true)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0]) add(textOf(node.arguments[0]), false)
  }
  return found
}

const textOf = (node: ts.Node) => (ts.isStringLiteralLike(node) ? node.text : node.getText())

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const names = clause.namedBindings
  return !clause.name && !!names && ts.isNamedImports(names) && names.elements.length > 0 && names.elements.every(each => each.isTypeOnly)
}
