import { Observable } from 'rxjs'
import { ask } from './ask.js'
import { give, settle, waitOn, type FlowRun, type Place, type Waiting } from './flow-run.js'
import type { BranchNode, FlowNode, ForEachNode, GroupNode, LoopNode, ParallelNode, SleepNode } from './flow-json.js'
import { fill, holds, valueOf } from './predicate.js'
import { runStep } from './run-step.js'
import { createScope, type Scope } from './scope.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { concat, defer, merge, of, sequence } from '../protocol/streams.js'

type Runner<Node extends FlowNode> = (place: Place<Node>) => Observable<AgentEvent>
type Runners = { readonly [Type in FlowNode['type']]: Runner<Extract<FlowNode, { type: Type }>> }

/** The longest time a host's timer keeps: 2³¹ − 1 ms. What is longer is waited for in parts. */
const MAX_TIMER_MS = 0x7fffffff

const runners: Runners = {
  step: place => shown(place, runStep(place)),
  ask: place => shown(place, ask(place, fill(place.node.message, place.scope))),
  sleep: place => shown(place, sleep(place)),
  flow: group,
  parallel,
  branch,
  forEach,
  loop,
  map({ node, scope }) {
    give(scope, node, valueOf(node.to, scope) ?? null)
    return of<AgentEvent>()
  },
  bail: ({ run, node: { when }, scope }) => (!when || holds(when, scope) ? run.bail(scope.value) : of<AgentEvent>()),
}

/** Runs nodes one after the other, until somebody has to be waited for. What is done already is not done again. */
export function runNodes(run: FlowRun, nodes: readonly FlowNode[], scope: Scope): Observable<AgentEvent> {
  return defer(() => {
    let index = 0
    return sequence(() => (scope.isWaiting || index >= nodes.length ? undefined : runNode(run, nodes[index++]!, scope)))
  })
}

function runNode(run: FlowRun, node: FlowNode, scope: Scope): Observable<AgentEvent> {
  const path = scope.prefix + node.id
  const entry = run.journal.get(path)
  if (entry?.[1] === 'waits') {
    const { interrupts } = entry[2] as Waiting
    // After a kill beside it: nobody has been asked yet.
    if (!interrupts.every(({ id }) => run.answers.has(id))) return waitOn(run, scope, interrupts)
  }
  if (entry?.[1] !== 'done') return (runners[node.type] as Runner<FlowNode>)({ run, node, scope, path, id: run.runId + '/' + path })
  give(scope, node, entry[2])
  return of<AgentEvent>()
}

/** A leaf, as a step of the run. One that waits stays open: the end of the run closes it. */
function shown({ scope, path: stepName }: Place, events: Observable<AgentEvent>): Observable<AgentEvent> {
  return concat(
    of<AgentEvent>({ type: 'STEP_STARTED', stepName }),
    events,
    defer(() => (scope.isWaiting ? of<AgentEvent>() : of<AgentEvent>({ type: 'STEP_FINISHED', stepName }))),
  )
}

/** Nodes in a place of their own. Their entries are forgotten when `done` has kept what came out. */
function body({ run, scope: outer }: Place, nodes: readonly FlowNode[], path: string, value: unknown, names: Scope['names'], done: (value: unknown) => void): Observable<AgentEvent> {
  return defer(() => {
    const scope = createScope(path + '.', value, names, outer)
    return concat(runNodes(run, nodes, scope), finally_(() => {
      if (scope.isWaiting) return void (outer.isWaiting = true)
      done(scope.value)
      run.journal.drop(nodes.map(({ id }) => path + '.' + id))
    }))
  })
}

/** One of several bodies of a block: its result is kept until the block has its own. */
function part(place: Place, nodes: readonly FlowNode[], path: string, value: unknown, names: Scope['names'], done: (value: unknown) => void): Observable<AgentEvent> {
  const { journal } = place.run
  const entry = journal.get(path)
  if (entry?.[1] !== 'done') {
    return body(place, nodes, path, value, names, result => {
      void journal.set(path, 'done', result)
      done(result)
    })
  }
  done(entry[2])
  return of<AgentEvent>()
}

function finally_(work: () => void): Observable<AgentEvent> {
  return defer(() => {
    work()
    return of<AgentEvent>()
  })
}

function group(place: Place<GroupNode>): Observable<AgentEvent> {
  return body(place, place.node.nodes, place.path, place.scope.value, {}, value => settle(place, value))
}

function branch(place: Place<BranchNode>): Observable<AgentEvent> {
  const { node: { cases }, scope, path } = place
  const index = cases.findIndex(({ when }) => holds(when, scope))
  if (index < 0) {
    give(scope, place.node, scope.value)
    return of<AgentEvent>()
  }
  return body(place, cases[index]!.nodes, path + '.when' + index, scope.value, {}, value => settle(place, value))
}

/** Complete when each branch is: one that waits leaves the results of the others where they are. */
function parallel(place: Place<ParallelNode>): Observable<AgentEvent> {
  const { node: { branches }, scope, path } = place
  const { value } = scope
  const results: { [key: string]: unknown } = {}
  const keys = Object.keys(branches)
  const all = keys.map(key => {
    // In this order, whichever comes first.
    results[key] = null
    return part(place, branches[key]!, path + '.' + key, value, {}, result => void (results[key] = result))
  })
  return concat(merge(...all), ended(place, keys, () => results))
}

/** Each lane takes the next item when it is done with one; a lane whose item waits takes no other. */
function forEach(place: Place<ForEachNode>): Observable<AgentEvent> {
  const { node: { nodes, concurrency = 1 }, scope, path } = place
  const items = scope.value
  if (!Array.isArray(items)) throw new SampanError('workflow/step-failed', 'forEach "' + path + '" needs a list.')
  const results: unknown[] = items.map(() => null)
  let next = 0
  const lane = (): Observable<AgentEvent> => {
    let isFree = true
    return sequence(() => {
      if (!isFree || next >= items.length) return undefined
      const index = next++
      isFree = false
      return part(place, nodes, path + '.' + index, items[index], { item: items[index], index }, result => {
        results[index] = result
        isFree = true
      })
    })
  }
  const lanes = items.slice(0, concurrency).map(lane)
  return concat(merge(...lanes), ended(place, Object.keys(items), () => results))
}

/** The end of a block whose parts have run: its result, if none of them waits. */
function ended(place: Place, parts: readonly string[], result: () => unknown): Observable<AgentEvent> {
  return finally_(() => {
    const { run, scope, path } = place
    if (scope.isWaiting) return
    void settle(place, result())
    run.journal.drop(parts.map(name => path + '.' + name))
  })
}

/** Where it stands is kept after each time: how often, and with what. */
function loop(place: Place<LoopNode>): Observable<AgentEvent> {
  const { run: { journal }, node: { nodes, until, atMost }, scope, path } = place
  const entry = journal.get(path)
  let { iteration, value } = entry ? (entry[2] as { iteration: number; value: unknown }) : { iteration: 0, value: scope.value }
  let isOver = false
  return sequence(() => {
    if (isOver || scope.isWaiting) return undefined
    const names = { iteration }
    return body(place, nodes, path + '.' + iteration, value, names, result => {
      value = result
      iteration++
      isOver = iteration >= atMost || holds(until, createScope('', value, names, scope))
      if (isOver) void settle(place, value)
      else void journal.set(path, 'open', { iteration, value })
    })
  })
}

function sleep({ run: { context: { clock }, journal }, node: { ms }, path }: Place<SleepNode>): Observable<AgentEvent> {
  return new Observable(subscriber => {
    const until = (journal.get(path)?.[2] as number | undefined) ?? clock.now() + ms
    if (!journal.get(path)) void journal.set(path, 'open', until)
    let stop = (): void => {}
    const sleepOn = (): void => {
      const left = until - clock.now()
      if (left <= 0) return subscriber.complete()
      stop = clock.setTimer(Math.min(left, MAX_TIMER_MS), sleepOn)
    }
    subscriber.add(() => stop())
    sleepOn()
  })
}
