import ts from 'typescript'
import { expect, test } from 'vitest'
import { lineOf, nodes, shipped, type Source } from './sources.js'

// What a phone does not have, and what only an adapter may say. Names are found as free identifiers, not as text.

/** Not there on every phone: see docs/reference/platforms. */
const WEB = ['fetch', 'XMLHttpRequest', 'TextDecoder', 'TextEncoder', 'AbortController', 'AbortSignal', 'ReadableStream', 'TransformStream',
  'URL', 'URLSearchParams', 'Headers', 'Request', 'Response', 'FormData', 'Blob', 'EventSource', 'WebSocket', 'Event', 'EventTarget',
  'structuredClone', 'crypto', 'queueMicrotask', 'globalThis', 'window', 'self', 'document', 'navigator', 'localStorage', 'performance',
  'process', 'Buffer', 'atob', 'btoa', 'Intl', 'Proxy', 'WeakRef', 'BigInt', 'SharedArrayBuffer', 'Atomics', 'WebAssembly', 'eval', 'Function', 'setInterval', 'setImmediate', 'require']
/** Hosts by name. */
const HOSTS = ['wx', 'my', 'tt', 'swan', 'qq', 'jd', 'ks', 'xhs', 'dd', 'Taro', 'uni', 'getApp', 'getCurrentPages', 'Page', 'Component', 'Behavior', 'App']

const offPhone = /^(sdk\/(testkit|server)\/|adapters\/(node|web)\/|sdk\/view\/(react|vue))/
const onPhone = shipped.filter(({ path }) => !offPhone.test(path))

test('code for a phone uses no global a phone may lack', () => {
  expect(onPhone.flatMap(source => uses(source, new Set(WEB)))).toEqual([])
})

test('hosts are named in adapters only', () => {
  const core = shipped.filter(({ path }) => path.startsWith('sdk/') && !/^sdk\/(testkit|server)\//.test(path))
  expect(core.flatMap(source => uses(source, new Set(HOSTS)))).toEqual([])
})

test('code for a phone has no syntax an old engine cannot read', () => {
  const offenders = onPhone.flatMap(source => [...nodes(source.tree)].filter(node =>
    node.kind === ts.SyntaxKind.BigIntLiteral || (ts.isRegularExpressionLiteral(node) && /\(\?<[=!]/.test(node.text)))
    .map(node => `${source.path}:${lineOf(source, node)} ${node.getText()}`))
  expect(offenders).toEqual([])
})

/** Places where a name is read as a global: not a property, not a type, not a name the file itself declares or imports. */
function uses(source: Source, names: Set<string>): string[] {
  const declared = new Set<string>()
  const found: { name: string; line: number }[] = []
  for (const node of nodes(source.tree)) {
    if (!ts.isIdentifier(node) || !names.has(node.text)) continue
    if (isDeclaration(node)) declared.add(node.text)
    else if (isValueUse(node)) found.push({ name: node.text, line: lineOf(source, node) })
  }
  return found.filter(({ name }) => !declared.has(name)).map(({ name, line }) => `${source.path}:${line} ${name}`)
}

function isDeclaration(node: ts.Identifier): boolean {
  const { parent } = node
  return ((ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isFunctionDeclaration(parent) || ts.isClassDeclaration(parent)
    || ts.isBindingElement(parent) || ts.isImportSpecifier(parent)) && parent.name === node)
    || ts.isImportClause(parent) || ts.isNamespaceImport(parent)
}

function isValueUse(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false
  if ((ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isPropertySignature(parent)
    || ts.isMethodSignature(parent) || ts.isGetAccessor(parent) || ts.isInterfaceDeclaration(parent) || ts.isTypeAliasDeclaration(parent)
    || ts.isTypeParameterDeclaration(parent)) && parent.name === node) return false
  for (let up: ts.Node | undefined = parent; up; up = up.parent) {
    if (ts.isTypeNode(up) || ts.isInterfaceDeclaration(up) || ts.isTypeAliasDeclaration(up) || ts.isExportSpecifier(up)) return false
    if (ts.isTypeOfExpression(up)) return false
    if (ts.isStatement(up)) return true
  }
  return true
}
