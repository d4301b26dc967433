import type { FlowValue, Operand, Predicate } from './flow-json.js'
import { has } from './own.js'
import type { Scope } from './scope.js'
import { SampanError } from '../errors.js'
import { canonicalJson } from '../protocol/json.js'

/** A condition that always holds: the last case of a branch. */
export const otherwise: Predicate = { truthy: { literal: true } }

type Compare = (left: any, right: any) => boolean

const equal: Compare = (left, right) => left === right || (typeof left === 'object' && canonicalJson(left) === canonicalJson(right))
/** Numbers with numbers, texts with texts; anything else has no order. */
const ordered = (holds: Compare): Compare => (left, right) => typeof left === typeof right && /^(number|string)$/.test(typeof left) && holds(left, right)

/** What compares two operands. */
export const comparisons: { readonly [name: string]: Compare } = {
  eq: equal,
  ne: (left, right) => !equal(left, right),
  lt: /* @__PURE__ */ ordered((left, right) => left < right),
  lte: /* @__PURE__ */ ordered((left, right) => left <= right),
  gt: /* @__PURE__ */ ordered((left, right) => left > right),
  gte: /* @__PURE__ */ ordered((left, right) => left >= right),
  in: (left, right) => Array.isArray(right) && right.some(each => equal(left, each)),
}

/** What is asked about one operand. */
export const questions: { readonly [name: string]: (value: unknown) => boolean } = {
  exists: value => value !== undefined && value !== null,
  truthy: value => !!value,
}

/** Whether a condition holds. A missing path makes what is asked about it false, `ne` too. */
export function holds(predicate: Predicate, scope: Scope): boolean {
  const name = Object.keys(predicate)[0]!
  const operand = (predicate as { [name: string]: any })[name]
  if (name === 'not') return !holds(operand, scope)
  if (name === 'and') return operand.every((each: Predicate) => holds(each, scope))
  if (name === 'or') return operand.some((each: Predicate) => holds(each, scope))
  if (questions[name]) return questions[name](valueOf(operand, scope))
  const [left, right] = operand.map((each: Operand) => valueOf(each, scope))
  return left !== undefined && right !== undefined && comparisons[name]!(left, right)
}

/** What a value is in this place: `undefined` where its path leads nowhere. */
export function valueOf(value: FlowValue, scope: Scope): unknown {
  const { path, literal, text } = value as { path?: unknown; literal?: unknown; text?: unknown }
  if (typeof path === 'string') return readPath(path, scope)
  if ('literal' in value) return literal
  if (typeof text === 'string') return fill(text, scope)
  const made: { [field: string]: unknown } = {}
  for (const field of Object.keys(value)) made[field] = valueOf((value as { [field: string]: FlowValue })[field]!, scope) ?? null
  return made
}

/** The paths in a text: `{input.name}`. */
export const PLACEHOLDER = /\{([\w-]+(?:\.[\w-]+)*)\}/g

/** A text with what its paths lead to. What is no text is shown as JSON, what is missing as nothing. */
export function fill(text: string, scope: Scope): string {
  return text.replace(PLACEHOLDER, (_, path: string) => {
    const value = readPath(path, scope)
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  })
}

/** @throws SampanError `workflow/invalid` where nothing of that name is there: a name that is wrong is no missing value. */
function readPath(path: string, scope: Scope): unknown {
  const [root = '', ...rest] = path.split('.')
  const kind = root === 'steps' ? 'steps' : 'names'
  const name = kind === 'steps' ? (rest.shift() ?? '') : root
  let value: unknown = scope.value
  if (root !== 'value') {
    let at: Scope | undefined = scope
    while (at && !has(at[kind], name)) at = at.parent
    if (!at) throw new SampanError('workflow/invalid', 'The path "' + path + '" leads to nothing that is known here.')
    value = at[kind][name]
  }
  for (const key of rest) value = has(value, key) ? (value as { [key: string]: unknown })[key] : undefined
  return value
}
