import { Observable } from 'rxjs'
import { beginRun, type Beginning, type FlowSnapshot } from './begin-run.js'
import type { FlowRun, FlowSettings } from './flow-run.js'
import type { Flow } from './flow.js'
import { Journal, VERSION } from './journal.js'
import { runNodes } from './nodes.js'
import { createScope } from './scope.js'
import type { Workflow } from './step.js'
import { fingerprintOf, type AnyPolicy } from '../agent/approval.js'
import { guardRun, startOf } from '../agent/run-guard.js'
import { countUsage } from '../agent/usage.js'
import type { AgentInfo, RunContext, RunFunction, RunInput, Schema } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import { keepRun } from '../protocol/kept-runs.js'
import { contentText, type TokenUsage } from '../protocol/messages.js'
import { toJsonSchema, validateWith } from '../protocol/schema.js'
import { concat, defer, of } from '../protocol/streams.js'

export interface WorkflowOptions<In, Out> {
  name: string
  description?: string
  /** Checks the input. Where it describes an object, a message that is JSON is read as such. */
  input?: Schema<In>
  /** What `createFlow` built or `loadFlow` read. */
  flow: Flow<In, Out>
  /** The input of a run. Default: `forwardedProps.input`, else the last message of the user. */
  readInput?: (input: RunInput) => unknown
  /** Which tools may run, before what each says itself. */
  approval?: AnyPolicy
}

/**
 * Makes an agent of a flow: it runs wherever an agent does, in a thread, behind a gateway, or as a step of another
 * workflow. The result is that of RUN_FINISHED; a text is said as a message too.
 *
 * @example
 * const booking = defineWorkflow({ name: 'booking', flow: createFlow<{ city: string }>().then(search).ask({ message: 'Book {value.name}?' }).then(book) })
 */
export function defineWorkflow<In = any, Out = any>(options: WorkflowOptions<In, Out>): Workflow<In, Out> {
  const { name, description, flow, approval } = options
  const settings: FlowSettings = { name, steps: flow.steps, nodes: flow.json.nodes, approval }
  let fingerprint: string | undefined
  const run: RunFunction = (input, context) =>
    defer(() => {
      const usage: TokenUsage[] = []
      const journal = new Journal(input.runId, context)
      fingerprint ??= fingerprintOf(name, flow.json)
      const begun = begin(fingerprint, input, journal, options)
      const { load, save } = context.checkpoints
      const checkpoints = { load, save, delete: () => journal.end() }
      return concat(of<AgentEvent>(startOf(input)), follow(begun, started => go(settings, input, countUsage(context, usage), journal, started)))
        .pipe(guardRun(input, { ...context, checkpoints }, usage))
    })
  const info: AgentInfo = { name, description, capabilities: { streaming: true, approvals: true, resumable: true, structuredOutput: true } }
  return Object.assign(run, { info }) as Workflow<In, Out>
}

type Begin = (done: (begun: Beginning) => void, failed: (thrown: unknown) => void) => void

function begin(fingerprint: string, input: RunInput, journal: Journal, options: WorkflowOptions<any, any>): Begin {
  return (done, failed) => beginRun(options.name, fingerprint, input, journal, () => inputOf(input, options), done, failed)
}

/** What comes of a beginning that may take its time. */
function follow(begun: Begin, go: (begun: Beginning) => Observable<AgentEvent>): Observable<AgentEvent> {
  return new Observable(subscriber => begun(started => void (subscriber.closed || go(started).subscribe(subscriber)), thrown => subscriber.error(thrown)))
}

/** One run, from its beginning to its end or its questions. */
function go(settings: FlowSettings, input: RunInput, context: RunContext, journal: Journal, { head, answers, state }: Beginning): Observable<AgentEvent> {
  const { runId } = head
  const run: FlowRun = {
    settings, input, context, runId, journal,
    isAttached: input.attach !== undefined,
    answers: new Map(answers.map(answer => [answer.interruptId, answer])),
    interrupts: [],
    bail: value => of(...endOf(input, context, value)),
  }
  const scope = createScope('', head.input, { input: head.input })
  const cleaned: AgentEvent[] = state === input.state ? [] : [{ type: 'STATE_SNAPSHOT', snapshot: state }]
  return concat(of(...cleaned), runNodes(run, settings.nodes, scope), defer(() => {
    if (!scope.isWaiting) return run.bail(scope.value)
    const snapshot: FlowSnapshot = { ...head, version: VERSION, entries: journal.all() }
    const { threadId, runId: id } = input
    return of<AgentEvent>(
      { type: 'STATE_SNAPSHOT', snapshot: keepRun(state, runId, snapshot) },
      { type: 'RUN_FINISHED', threadId, runId: id, outcome: { type: 'interrupt', interrupts: run.interrupts } },
    )
  }))
}

function endOf({ threadId, runId }: RunInput, { ids }: RunContext, result: unknown): AgentEvent[] {
  const end: AgentEvent = { type: 'RUN_FINISHED', threadId, runId, result, outcome: { type: 'success' } }
  if (typeof result !== 'string' || !result) return [end]
  const messageId = ids('message')
  return [
    { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
    { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: result },
    { type: 'TEXT_MESSAGE_END', messageId },
    end,
  ]
}

/** What a new run is given, as it will be read when it is gone on with. */
function inputOf(input: RunInput, { input: schema, readInput = defaultInput(schema) }: WorkflowOptions<any, any>): unknown {
  const given = readInput(input)
  const checked = schema ? validateWith(schema, given) : { ok: true as const, value: given }
  if (!checked.ok) throw new SampanError('workflow/input-invalid', 'The input does not fit: ' + checked.issues)
  return JSON.parse(JSON.stringify(checked.value) ?? 'null')
}

function defaultInput(schema: Schema | undefined) {
  return ({ forwardedProps, messages }: RunInput): unknown => {
    const { input } = Object(forwardedProps) as { input?: unknown }
    if (input !== undefined) return input
    const last = messages.filter(({ role }) => role === 'user').pop()
    const text = contentText(last?.content as string | undefined)
    return schema && toJsonSchema(schema).type === 'object' ? (parseJson(text) ?? text) : text
  }
}
