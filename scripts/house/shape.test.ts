import ts from 'typescript'
import { expect, test } from 'vitest'
import { lineOf, linesOf, nodes, shipped, sources, type Source } from './sources.js'

// How a file looks. The lengths are the bars of the code base: most files are far below them.

const MAX_FILE = 400
const LONG_FILE = 250
const MAX_FUNCTION = 80

const lineCount = ({ text }: Source) => text.split('\n').length - 1

test(`no file is longer than ${MAX_FILE} lines`, () => {
  const long = shipped.filter(source => lineCount(source) > LONG_FILE)
  if (long.length) console.warn(`Longer than ${LONG_FILE} lines: ${long.map(source => `${source.path} (${lineCount(source)})`).join(', ')}`)
  expect(long.filter(source => lineCount(source) > MAX_FILE).map(({ path }) => path)).toEqual([])
})

test(`no function is longer than ${MAX_FUNCTION} lines`, () => {
  const long = shipped.flatMap(source => find(source, node => ts.isFunctionLike(node) && 'body' in node && !!node.body && linesOf(node, source.tree) > MAX_FUNCTION))
  expect(long).toEqual([])
})

test('exports are named one by one', () => {
  const offenders = sources.flatMap(source => find(source, node =>
    // The door to zod has the names of its list twice: flat, and as `z`.
    (ts.isExportDeclaration(node) && !node.exportClause && source.path !== 'sdk/zod.ts')
    || (ts.isExportAssignment(node) && !node.isExportEquals)
    || (ts.canHaveModifiers(node) && !!ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword))))
  expect(offenders).toEqual([])
})

test('wire constants are string unions, not enums', () => {
  expect(sources.flatMap(source => find(source, ts.isEnumDeclaration))).toEqual([])
})

test('no subscription is dropped without a word', () => {
  // A bare `x.subscribe({…})` cannot be ended by anyone. One that is handed a Subscriber is ended by that; any other
  // says in a comment right above it why nothing ends it.
  const offenders = shipped.filter(({ path }) => !path.startsWith('sdk/testkit/')).flatMap(source => find(source, node =>
    ts.isExpressionStatement(node) && ts.isCallExpression(node.expression) && ts.isPropertyAccessExpression(node.expression.expression)
    && node.expression.expression.name.text === 'subscribe'
    && !(node.expression.arguments[0] && ts.isIdentifier(node.expression.arguments[0]))
    && !ts.getLeadingCommentRanges(source.text, node.getFullStart())?.length))
  expect(offenders).toEqual([])
})

test('file names are kebab-case', () => {
  const pattern = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.tsx?$/
  expect(sources.map(({ path }) => path).filter(path => !pattern.test(path.split('/').at(-1)!))).toEqual([])
})

test('test titles state what holds', () => {
  const offenders = sources.filter(({ isTest }) => isTest).flatMap(source => find(source, node =>
    ts.isCallExpression(node) && /^(it|test)$/.test(node.expression.getText()) && !!node.arguments[0]
    && ts.isStringLiteralLike(node.arguments[0]) && /^should\b/i.test(node.arguments[0].text)))
  expect(offenders).toEqual([])
})

function find(source: Source, matches: (node: ts.Node) => boolean): string[] {
  return [...nodes(source.tree)].filter(matches).map(node => `${source.path}:${lineOf(source, node)}`)
}
