import { applyOperation } from 'fast-json-patch/module/core.mjs'
import type { JsonPatchOperation } from './events.js'
import { has } from './own.js'
import { SampanError } from '../errors.js'

/**
 * Applies an RFC 6902 patch, as STATE_DELTA and ACTIVITY_DELTA carry it, all of it or nothing.
 *
 * Neither the document nor the patch changes. The answer shares with them what the patch did not touch, so a part that
 * is the same object is the same value, and the work does not grow with the document. Only own properties are ever
 * reached: no path leads to a prototype.
 *
 * @throws SampanError `protocol/malformed`, with the place in `details.info.index`: an operation that is none, a path
 *   that does not exist, a `test` that fails, a key `__proto__`.
 *
 * @example
 * applyPatch({ cart: [] }, [{ op: 'add', path: '/cart/-', value: '美式' }]) // { cart: ['美式'] }
 */
export function applyPatch(document: unknown, patch: readonly JsonPatchOperation[]): any {
  if (!Array.isArray(patch)) throw new SampanError('protocol/malformed', 'A JSON Patch is a list of operations')
  return (patch as readonly JsonPatchOperation[]).reduce((state, operation, index) => {
    try {
      return applyOne(state, operation)
    } catch (thrown) {
      // The library's own message holds the whole document, which is nobody's business in a log.
      const { op, path } = (operation ?? {}) as { op?: unknown; path?: unknown }
      const reason = thrown instanceof Refusal ? thrown.reason : (REASONS[(thrown as Error).name] ?? 'it cannot be applied')
      throw new SampanError('protocol/malformed', `Operation ${index} (${String(op)} ${String(path)}) of a JSON Patch: ${reason}`, { info: { index } })
    }
  }, document)
}

/** What the library calls it, and what we do. */
const REASONS: { readonly [name: string]: string | undefined } = {
  TEST_OPERATION_FAILED: 'the value is another one',
  OPERATION_PATH_INVALID: 'the path must be text that starts with "/"',
  OPERATION_VALUE_REQUIRED: 'the value is missing',
  OPERATION_VALUE_OUT_OF_BOUNDS: 'the list is shorter',
}

class Refusal {
  constructor(readonly reason: string) {}
}

/** The library takes inherited names and a private one for operations too. */
const OPERATIONS: readonly unknown[] = ['add', 'remove', 'replace', 'move', 'copy', 'test']

function applyOne(document: unknown, operation: JsonPatchOperation): unknown {
  if (operation && OPERATIONS.indexOf(operation.op) < 0) throw new Refusal('there is no such operation')
  if (!operation || (operation.op !== 'move' && operation.op !== 'copy')) return applyHere(document, operation)
  const { op, from, path } = operation
  if (typeof from !== 'string') throw new Refusal('"from" is missing')
  const value = valueAt(document, from)
  // The standard defines both by what they are made of. Taking them apart keeps one way of copying what changes.
  const rest = op === 'move' ? applyHere(document, { op: 'remove', path: from }) : document
  return applyHere(rest, { op: 'add', path, value })
}

/** The library changes what it is given, so it is given copies of the objects and lists on the way. */
function applyHere(document: unknown, operation: JsonPatchOperation): unknown {
  const path: unknown = operation && operation.path
  const copied = typeof path === 'string' && path ? copyTo(document, tokensOf(path), operation.op) : document
  return applyOperation(copied, operation, true, true, true).newDocument
}

/** The document with a copy of each container on the way to the last token, which must exist unless it is being added. */
function copyTo(document: unknown, tokens: readonly string[], op: string): unknown {
  const root = copyOf(document)
  let parent = root
  tokens.forEach((token, index) => {
    const isLast = index === tokens.length - 1
    if (!(isLast && op === 'add' && mayAdd(parent, token)) && !exists(parent, token)) throw new Refusal('the path does not exist')
    if (isLast) return
    parent = parent[token] = copyOf(parent[token])
  })
  return root
}

function valueAt(document: unknown, path: string): unknown {
  return tokensOf(path).reduce((value: any, token) => {
    if (!isContainer(value) || !exists(value, token)) throw new Refusal('"from" does not exist')
    return value[token]
  }, document)
}

function tokensOf(path: string): string[] {
  if (path === '') return []
  if (path.charAt(0) !== '/' || /~(?![01])/.test(path)) throw new Refusal('the path is no JSON Pointer')
  return path.slice(1).split('/').map(token => token.replace(/~1/g, '/').replace(/~0/g, '~'))
}

type Container = { [token: string]: any }

function copyOf(value: unknown): Container {
  if (!isContainer(value)) throw new Refusal('the path leads through a value that holds nothing')
  if (Array.isArray(value)) return value.slice() as unknown as Container
  // Copying such a key would set the copy's prototype.
  if (has(value, '__proto__')) throw new Refusal('a key is "__proto__"')
  return Object.assign({}, value)
}

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null
const exists = (value: Container, token: string): boolean => has(value, token) && (!Array.isArray(value) || isIndex(token))
const mayAdd = (value: Container, token: string): boolean => !Array.isArray(value) || token === '-' || (isIndex(token) && Number(token) <= value.length)
const isIndex = (token: string): boolean => /^(0|[1-9]\d*)$/.test(token)
