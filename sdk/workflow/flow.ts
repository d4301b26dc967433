import { FLOW_VERSION, type FlowJson, type FlowNode, type FlowValue, type Predicate, type RetryPolicy } from './flow-json.js'
import { byKey } from './by-key.js'
import { isAgent, type Runnable, type StepLike, type StepRegistry } from './step.js'
import type { Schema, SchemaOutput } from '../contracts.js'
import { SampanError } from '../errors.js'
import { has } from '../protocol/own.js'
import { toJsonSchema } from '../protocol/schema.js'

export interface NodeOptions {
  /** Default: the name of the step, or of the kind of node; with a number where that is taken. */
  id?: string
}
export interface ThenOptions extends NodeOptions {
  retry?: RetryPolicy
  /** Milliseconds for one attempt. Default: the step's own; an agent has none. */
  timeoutMs?: number
}
export interface AskOptions<S extends Schema> extends NodeOptions {
  /** The question. `{paths}` such as `{input.name}` or `{steps.search.count}` are filled in. */
  message: string
  /** What an answer looks like. Only its JSON Schema is kept. Default: anything. */
  schema?: S
  /** Milliseconds for the answer; after that it is `null`. Default: no limit. */
  expiresInMs?: number
  /** A name under which it may be answered, besides the id of its interrupt. */
  label?: string
}

type Branches = { readonly [key: string]: StepLike }
type Cases = readonly (readonly [when: Predicate, step: StepLike])[]
type OutputOf<S> = S extends StepLike<any, infer Out> ? Out : any

/**
 * A declared order of steps: plain JSON, and the steps it names. Nothing changes a flow: each method makes a longer one.
 * `Out` is what the next step is given.
 */
export interface Flow<In = any, Out = any> {
  /** The flow as plain JSON. */
  readonly json: FlowJson
  /** The steps that it names. */
  readonly steps: StepRegistry
  readonly '~types'?: (input: In) => Out
  /** Goes on with a step: a function, a tool, an agent, a workflow, or another flow. */
  then<Next = any>(step: StepLike<Out, Next>, options?: ThenOptions): Flow<In, Next>
  /** Runs all side by side, each with the same value, and gives their results by key. */
  parallel<B extends Branches>(branches: B, options?: NodeOptions): Flow<In, { [Key in keyof B]: OutputOf<B[Key]> }>
  /** Runs the first whose condition holds; where none does, the value stays. */
  branch<C extends Cases>(cases: C, options?: NodeOptions): Flow<In, OutputOf<C[number][1]> | Out>
  /** Runs once for each item of a list. */
  forEach<Next = any>(step: StepLike<any, Next>, options?: NodeOptions & { concurrency?: number }): Flow<In, Next[]>
  /** Runs again and again until the condition holds, and at most so many times. */
  loop<Next = any>(step: StepLike<any, Next>, options: NodeOptions & { until: Predicate; atMost: number }): Flow<In, Next>
  /** Makes a value of what is known. */
  map<Next = any>(to: FlowValue, options?: NodeOptions): Flow<In, Next>
  /** Asks a person; `null` where there is no answer. */
  ask<S extends Schema>(options: AskOptions<S>): Flow<In, SchemaOutput<S> | null>
  /** Waits, also over a killed app: it wakes at the time it would have. */
  sleep(ms: number, options?: NodeOptions): Flow<In, Out>
  /** Ends the workflow with the value as its result, where the condition holds or there is none. */
  bail(when?: Predicate, options?: NodeOptions): Flow<In, Out>
}

/**
 * Begins a flow.
 *
 * @example
 * const flow = createFlow<{ city: string }>().then(findHotels).ask({ message: 'Book {value.name}?' }).then(book)
 */
export function createFlow<Input = any>(): Flow<Input, Input> {
  return flowOf([], {})
}

/** A flow over nodes that are known to be in order. */
export function flowOf(nodes: readonly FlowNode[], steps: StepRegistry): Flow<any, any> {
  const add = (type: FlowNode['type'], fields?: object, options?: object, uses: readonly StepLike[] = [], name: string = type) => {
    const node = { id: '', type, ...fields, ...options }
    node.id = node.id || freeId(nodes, name)
    return flowOf(nodes.concat(node as unknown as FlowNode), uses.reduce(joined, steps))
  }
  return {
    json: { version: FLOW_VERSION, nodes },
    steps,
    then(step: StepLike, options?: ThenOptions) {
      if (isFlow(step)) return add('flow', { nodes: step.json.nodes }, options, [step])
      const name = nameOf(step)
      return add('step', { step: name }, options, [step], name)
    },
    parallel(branches, options) {
      const keys = Object.keys(branches)
      return add('parallel', { branches: byKey(keys, key => nodesOf(branches[key]!)) }, options, keys.map(key => branches[key]!))
    },
    branch: (cases, options) => add('branch', { cases: cases.map(([when, step]) => ({ when, nodes: nodesOf(step) })) }, options, cases.map(([, step]) => step)),
    forEach: (step, options) => add('forEach', { nodes: nodesOf(step) }, options, [step]),
    loop: (step, options) => add('loop', { nodes: nodesOf(step) }, options, [step]),
    map: (to, options) => add('map', { to }, options),
    ask(options) {
      const { schema, label } = options
      return add('ask', options, schema && { schema: toJsonSchema(schema) }, [], label)
    },
    sleep: (ms, options) => add('sleep', { ms }, options),
    bail: (when, options) => add('bail', when && { when }, options),
  }
}

function isFlow(step: StepLike): step is Flow {
  return 'json' in step
}

function nameOf(step: Runnable): string {
  return isAgent(step) ? step.info.name : step.name
}

function nodesOf(step: StepLike): readonly FlowNode[] {
  return isFlow(step) ? step.json.nodes : createFlow().then(step).json.nodes
}

/** @throws SampanError `workflow/invalid` where two steps share a name. */
function joined(steps: StepRegistry, step: StepLike): StepRegistry {
  const more = isFlow(step) ? step.steps : { [nameOf(step)]: step }
  const names = Object.keys(more).filter(name => steps[name] !== more[name])
  for (const name of names) if (has(steps, name)) throw new SampanError('workflow/invalid', 'Two steps have the name "' + name + '".')
  return names.length ? { ...steps, ...more } : steps
}

function freeId(nodes: readonly FlowNode[], name: string): string {
  let number = 1 + nodes.filter(({ id }) => id === name || id.startsWith(name + '-')).length
  let id = number > 1 ? name + '-' + number : name
  while (nodes.some(node => node.id === id)) id = name + '-' + ++number
  return id
}
