import type { Observable } from 'rxjs'
import { ask } from './ask.js'
import { act, give, rest, settle, stepError, waitOn, type FlowRun, type Place, type Waiting } from './flow-run.js'
import type { FlowNode, ForEachNode, GroupNode, LoopNode, SleepNode } from './flow-json.js'
import { byKey } from './by-key.js'
import { holds, valueOf } from './predicate.js'
import { runStep } from './run-step.js'
import { createScope, type Scope } from './scope.js'
import { follow } from '../agent/follow.js'
import type { AgentEvent } from '../protocol/events.js'
import { concat, defer, mergeAll, of, sequence } from '../protocol/streams.js'

type Events = Observable<AgentEvent>
type Runners = { readonly [Type in FlowNode['type']]: (place: Place<Extract<FlowNode, { type: Type }>>) => Events }

const runners: Runners = {
  step: place => shown(place, runStep(place)),
  ask: place => shown(place, ask(place)),
  sleep: place => shown(place, rest(place.context.clock, wakeAt(place))),
  flow: group,
  branch(place) {
    const { node, scope } = place
    const index = node.cases.findIndex(({ when }) => holds(when, scope))
    return index < 0 ? act(() => give(scope, node, scope.value)) : block(place, [['when' + index, node.cases[index]!.nodes, scope.value]], ([result]) => result)
  },
  parallel(place) {
    const { node: { branches }, scope: { value } } = place
    const keys = Object.keys(branches)
    return block(place, keys.map<Body>(key => [key, branches[key]!, value]), results => byKey(keys, (_, index) => results[index]), keys.length)
  },
  forEach,
  loop,
  map: ({ node, scope }) => act(() => give(scope, node, valueOf(node.to, scope))),
  bail: ({ bail, node: { when }, scope }) => (!when || holds(when, scope) ? bail(scope.value) : of()),
}

/** Runs nodes one after the other, until somebody has to be waited for. What is done already is not done again. */
export function runNodes(run: FlowRun, nodes: readonly FlowNode[], scope: Scope): Events {
  return defer(() => {
    let index = 0
    return sequence(() => (scope.isWaiting || index >= nodes.length ? undefined : runNode(run, nodes[index++]!, scope)))
  })
}

function runNode(run: FlowRun, node: FlowNode, scope: Scope): Events {
  const path = scope.prefix + node.id
  return follow(() => run.journal.read(path), stored => {
    const [, state, value] = run.journal.take(path, stored) || []
    if (state === 'done') return act(() => give(scope, node, value))
    const { interrupts } = Object(value) as Waiting
    // After a kill beside it: nobody has been asked yet.
    if (state === 'waits' && !interrupts.every(({ id }) => run.answers.has(id))) return act(() => waitOn(run, scope, interrupts))
    // What is the same all over the run is not copied for each place.
    const place = Object.assign(Object.create(run), { node, scope, path, id: run.runId + '/' + path }) as Place
    return (runners[node.type] as (place: Place) => Events)(place)
  })
}

/** A leaf, as a step of the run. One that waits stays open: the end of the run closes it. */
function shown({ scope, path: stepName }: Place, events: Events): Events {
  return concat(
    of<AgentEvent>({ type: 'STEP_STARTED', stepName }),
    events,
    defer(() => (scope.isWaiting ? of<AgentEvent>() : of<AgentEvent>({ type: 'STEP_FINISHED', stepName }))),
  )
}

/** Nodes in a place of their own. What they keep is forgotten when what came out is kept. */
function group(place: Place<GroupNode>): Events {
  const { node: { nodes }, scope: outer, path } = place
  const scope = createScope(path + '.', outer.value, {}, outer)
  return concat(runNodes(place, nodes, scope), act(() => {
    if (scope.isWaiting) return
    void settle(place, scope.value)
    place.journal.drop(nodes.map(({ id }) => scope.prefix + id))
  }))
}

/** A group inside a block: its id there, what it is given, and the names it knows besides. */
type Body = readonly [id: string, nodes: readonly FlowNode[], value: unknown, names?: Scope['names']]

/**
 * Runs groups, so many at a time; a lane whose group waits takes no other. Each keeps its result until the block has its own.
 *
 * @param bodies a queue.
 * @param each is told the result of one, and whether it has put another into the queue that makes it superfluous, says it.
 */
function block(place: Place, bodies: Body[], all: (results: unknown[]) => unknown, lanes = 1, each?: (result: unknown) => unknown): Events {
  const { journal, scope: outer, path: own } = place
  const paths: string[] = []
  const scopes: Scope[] = []
  const lane = (): Events => {
    let scope: Scope | undefined
    return sequence(() => {
      if (scope && each && !scope.isWaiting && each(scope.value)) {
        scopes.pop()
        journal.drop(paths.splice(0))
      }
      const body = !(scope && scope.isWaiting) && bodies.shift()
      if (!body) return undefined
      const [id, nodes, value, names = {}] = body
      const prefix = own + '.'
      scope = createScope(prefix, value, names, outer)
      scopes.push(scope)
      paths.push(prefix + id)
      return runNode(place, { type: 'flow', id, nodes }, scope)
    })
  }
  return concat(mergeAll(bodies.slice(0, lanes).map(lane)), act(() => {
    if (outer.isWaiting) return
    void settle(place, all(scopes.map(({ value }) => value)))
    journal.drop(paths)
  }))
}

function forEach(place: Place<ForEachNode>): Events {
  const { node: { nodes, concurrency }, scope: { value: items } } = place
  if (!Array.isArray(items)) throw stepError(place, 'workflow/step-failed', 'needs a list.')
  return block(place, items.map<Body>((item, index) => [String(index), nodes, item, { item, index }]), results => results, concurrency)
}

/** Where it stands is kept after each time: how often, and with what. */
function loop(place: Place<LoopNode>): Events {
  const { journal, node: { nodes, until, atMost }, scope, path } = place
  const [, , before] = journal.get(path) || []
  let { iteration, value } = (before || { iteration: 0, value: scope.value }) as { iteration: number; value: unknown }
  const round = (): Body => [String(iteration), nodes, value, { iteration }]
  const rounds = [round()]
  return block(place, rounds, () => value, 1, result => {
    const names = { iteration }
    value = result
    if (++iteration >= atMost || holds(until, createScope('', value, names, scope))) return false
    void journal.set(path, 'open', { iteration, value })
    return rounds.push(round())
  })
}

/** When it wakes, also after a kill. */
function wakeAt({ context: { clock }, journal, node: { ms }, path }: Place<SleepNode>): number {
  const [, , before] = journal.get(path) || []
  const until = (before as number | undefined) || clock.now() + ms
  if (!before) void journal.set(path, 'open', until)
  return until
}
