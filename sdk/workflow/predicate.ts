import type { FlowValue, Operand, Predicate } from './flow-json.js'
import { byKey } from './by-key.js'
import type { Scope } from './scope.js'
import { SampanError } from '../errors.js'
import { canonicalJson } from '../protocol/json.js'
import { has, own } from '../protocol/own.js'

/** A condition that always holds: the last case of a branch. */
export const otherwise: Predicate = { truthy: { literal: true } }

type Compare = (left: any, right: any) => boolean

const equal: Compare = (left, right) => left === right || (typeof left === 'object' && canonicalJson(left) === canonicalJson(right))

/** What may be asked about one operand, or about two. */
export const conditions: { readonly [name: string]: Compare | ((value: unknown) => boolean) } = {
  eq: equal,
  ne: (left, right) => !equal(left, right),
  lt: (left, right) => left < right,
  lte: (left, right) => left <= right,
  gt: (left, right) => left > right,
  gte: (left, right) => left >= right,
  in: (left, right) => Array.isArray(right) && right.some(each => equal(left, each)),
  exists: (value: unknown) => value !== null,
  truthy: (value: unknown) => !!value,
}

/** Whether a condition holds. A missing path makes what is asked about it false, `ne` too. */
export function holds(predicate: Predicate, scope: Scope): boolean {
  const name = Object.keys(predicate)[0]!
  const operand = (predicate as { [name: string]: any })[name]
  const inner = (each: Predicate): boolean => holds(each, scope)
  if (name === 'not') return !inner(operand)
  if (name === 'and') return operand.every(inner)
  if (name === 'or') return operand.some(inner)
  const values = ([] as Operand[]).concat(operand).map(each => valueOf(each, scope))
  const [left, right] = values
  if (values.some(value => value === undefined)) return false
  // Numbers with numbers, texts with texts; anything else has no order.
  const isOrdered = typeof left === typeof right && /number|string/.test(typeof left)
  return (isOrdered || !/^[lg]t/.test(name)) && conditions[name]!(left, right)
}

/** What a value is in this place: `undefined` where its path leads nowhere. */
export function valueOf(value: FlowValue, scope: Scope): unknown {
  const { path, text } = value as { path?: unknown; text?: unknown }
  if (typeof path === 'string') return readPath(path, scope)
  if ('literal' in value) return value.literal
  if (typeof text === 'string') return fill(text, scope)
  return byKey(Object.keys(value), field => valueOf((value as { [field: string]: FlowValue })[field]!, scope) ?? null)
}

/** The paths in a text: `{input.name}`. */
export const PLACEHOLDER = /\{([\w-]+(?:\.[\w-]+)*)\}/g

/** A text with what its paths lead to. What is no text is shown as JSON, what is missing as nothing. */
export function fill(text: string, scope: Scope): string {
  return text.replace(PLACEHOLDER, (_, path: string) => {
    const value = readPath(path, scope)
    return typeof value === 'string' ? value : JSON.stringify(value) || ''
  })
}

/** @throws SampanError `workflow/invalid` where nothing of that name is there: a name that is wrong is no missing value. */
function readPath(path: string, scope: Scope): unknown {
  const keys = path.split('.')
  const root = keys.shift()!
  let { value } = scope
  if (root !== 'value') {
    const [kind, name] = root === 'steps' ? (['steps', keys.shift()!] as const) : (['names', root] as const)
    let at: Scope | undefined = scope
    while (at && !has(at[kind], name)) at = at.parent
    if (!at) throw new SampanError('workflow/invalid', 'The path "' + path + '" leads to nothing that is known here.')
    value = at[kind][name]
  }
  for (const key of keys) value = own(value as { [key: string]: unknown }, key)
  return value
}
