import type { FlowNode } from './flow-json.js'
import { conditions, PLACEHOLDER } from './predicate.js'
import type { StepRegistry } from './step.js'
import { SampanError } from '../errors.js'
import { has } from '../protocol/own.js'

/** What a place in a flow may refer to. */
interface Known {
  readonly steps: StepRegistry
  /** Of nodes that come before, here and around. */
  readonly ids: readonly string[]
  readonly names: readonly string[]
}
type Check = (value: any, at: string, known: Known) => void
type Checks = { readonly [field: string]: Check }

/** What an id, a key of a branch, and the name of a step may be: numbers stand for items and rounds in a path. */
const NAME = /^[A-Za-z][\w-]*$/

function refuse(at: string, what: string): never {
  throw new SampanError('workflow/invalid', 'The flow is not valid at ' + at + ': ' + what)
}

const isA = (type: string): Check => (value, at) => void (typeof value === type || refuse(at, 'expected a ' + type + '.'))
const atLeast = (least: number): Check => (value, at) => void ((typeof value === 'number' && value >= least) || refuse(at, 'expected a number, at least ' + least + '.'))
const optional = (check: Check): Check => (value, at, known) => void (value === undefined || check(value, at, known))
const text: Check = isA('string')
const object: Check = (value, at) => void ((typeof value === 'object' && value !== null && !Array.isArray(value)) || refuse(at, 'expected an object.'))
const list: Check = (value, at) => void (Array.isArray(value) || refuse(at, 'expected a list.'))
const name: Check = (value, at) => void (NAME.test(String(value)) || refuse(at, '"' + String(value) + '" is no name.'))

const path: Check = (value, at, { ids, names }) => {
  text(value, at, { steps: {}, ids, names })
  const [root = '', id = ''] = (value as string).split('.')
  if (!names.includes(root)) refuse(at, 'the path "' + value + '" begins with none of ' + names.join(', ') + '.')
  if (root === 'steps' && !ids.includes(id)) refuse(at, 'no step "' + id + '" comes before, in "' + value + '".')
}
const template: Check = (value, at, known) => {
  text(value, at, known)
  ;(value as string).replace(PLACEHOLDER, (_, each) => (path(each, at, known), ''))
}
const operand: Check = (value, at, known) => {
  object(value, at, known)
  if (has(value, 'path')) path(value.path, at + '.path', known)
  else if (!has(value, 'literal')) refuse(at, 'expected a path or a literal.')
}
const flowValue: Check = (value, at, known) => {
  object(value, at, known)
  if (typeof value.path === 'string' || has(value, 'literal')) operand(value, at, known)
  else if (typeof value.text === 'string') template(value.text, at + '.text', known)
  else for (const field of Object.keys(value)) flowValue(value[field], at + '.' + field, known)
}
const predicate: Check = (value, at, known) => {
  object(value, at, known)
  const [kind = '', more] = Object.keys(value)
  const inner = value[kind]
  const here = at + '.' + kind
  if (more !== undefined) refuse(at, 'a condition has one field.')
  if (kind === 'not') predicate(inner, here, known)
  else if (kind === 'and' || kind === 'or') each(inner, here, known, predicate)
  else if (!has(conditions, kind)) refuse(at, 'there is no condition "' + kind + '".')
  else if (conditions[kind]!.length === 1) operand(inner, here, known)
  else if (each(inner, here, known, operand) !== 2) refuse(here, 'expected two operands.')
}

function each(value: any, at: string, known: Known, check: Check): number {
  list(value, at, known)
  value.forEach((item: unknown, index: number) => check(item, at + '[' + index + ']', known))
  return value.length
}

/** Nodes of a body know more names than their surroundings. */
const within = (...names: string[]): Check => (value, at, known) => checkNodes(value, at, { ...known, names: known.names.concat(names) })
const fields = (checks: Checks): Check => (value, at, known) => checkFields(value, at, known, checks)

const kinds: { readonly [Type in FlowNode['type']]: Checks } = {
  step: {
    step: (value, at, { steps }) => void (has(steps, value) || refuse(at, 'there is no step "' + String(value) + '". Steps: ' + (Object.keys(steps).join(', ') || 'none') + '.')),
    retry: optional(fields({ attempts: atLeast(1), backoffMs: optional(atLeast(0)), maxBackoffMs: optional(atLeast(0)) })),
    timeoutMs: optional(atLeast(0)),
  },
  flow: { nodes: within() },
  parallel: {
    branches(value, at, known) {
      object(value, at, known)
      for (const key of Object.keys(value)) {
        name(key, at, known)
        checkNodes(value[key], at + '.' + key, known)
      }
    },
  },
  branch: { cases: (value, at, known) => void each(value, at, known, fields({ when: predicate, nodes: within() })) },
  forEach: { nodes: within('item', 'index'), concurrency: optional(atLeast(1)) },
  loop: { nodes: within('iteration'), until: (value, at, known) => predicate(value, at, { ...known, names: known.names.concat('iteration') }), atMost: atLeast(1) },
  map: { to: flowValue },
  ask: { message: template, schema: optional(object), expiresInMs: optional(atLeast(0)), label: optional(text) },
  sleep: { ms: atLeast(0) },
  bail: { when: optional(predicate) },
}

/** @throws SampanError `workflow/invalid` at the first place that is not in order. */
export function checkNodes(nodes: unknown, at: string, known: Known): void {
  list(nodes, at, known)
  const own = new Set<string>()
  // It grows from node to node: what comes after is not known yet.
  const ids = known.ids.slice()
  const here: Known = { ...known, ids }
  ;(nodes as FlowNode[]).forEach((node, index) => {
    const number = at + '[' + index + ']'
    object(node, number, known)
    const { id, type } = node
    name(id, number + '.id', known)
    const place = number + ' ("' + id + '")'
    if (own.has(id)) refuse(place, 'the id "' + id + '" is there twice.')
    if (!has(kinds, type)) refuse(place, 'there is no kind of node "' + String(type) + '".')
    checkFields(node, place, here, { id: name, type: text, ...kinds[type] })
    own.add(id)
    // These two give nothing.
    if (type !== 'sleep' && type !== 'bail') ids.push(id)
  })
}

/** A field that nobody knows may change what a flow means: it is refused, unless its name says that it is somebody's own. */
function checkFields(value: any, at: string, known: Known, checks: Checks): void {
  object(value, at, known)
  for (const field of Object.keys(value)) if (!has(checks, field) && !field.startsWith('x-')) refuse(at, 'the field "' + field + '" is not known.')
  for (const field of Object.keys(checks)) checks[field]!(value[field], at + '.' + field, known)
}
