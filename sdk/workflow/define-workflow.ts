import type { Observable } from 'rxjs'
import { rootOf } from './begin-run.js'
import type { FlowNode } from './flow-json.js'
import { jsonOf, type FlowRun } from './flow-run.js'
import type { Flow } from './flow.js'
import { createJournal, type FlowSnapshot, type Root } from './journal.js'
import { runNodes } from './nodes.js'
import { createScope } from './scope.js'
import type { Workflow } from './step.js'
import { fingerprintOf, type AnyPolicy } from '../agent/approval.js'
import { finished } from '../agent/end-step.js'
import { follow } from '../agent/follow.js'
import { guardRun } from '../agent/run-guard.js'
import { addUsage, onCharge } from '../agent/usage.js'
import type { AgentInfo, Checkpoint, RunContext, RunFunction, RunInput, Schema } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import { keepRun } from '../protocol/kept-runs.js'
import { contentText, type TokenUsage } from '../protocol/messages.js'
import { toJsonSchema, validateWith } from '../protocol/schema.js'
import { concat, defer, of } from '../protocol/streams.js'
import { transform } from '../protocol/transform.js'

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
  const { name, description, flow: { json, steps }, approval } = options
  let fingerprint: string | undefined
  const run: RunFunction = (input, context) =>
    defer(() => {
      const usage: TokenUsage[] = []
      const { runId, attach } = input
      const shared = { state: input.state }
      const journal = createJournal(runId, context, !!attach)
      fingerprint = fingerprint || fingerprintOf(name, json)
      const origin = { workflow: name, flow: fingerprint }
      const go = (stored: Checkpoint | undefined): Observable<AgentEvent> => {
        const { root, state } = rootOf(origin, input, stored, () => inputOf(input, options))
        const { runId, answers } = root
        shared.state = state
        journal.begin(root)
        return runFlow({
          steps, approval, input, runId, journal, shared,
          context: onCharge(context, used => addUsage(usage, used)),
          isAttached: !!attach,
          answers: new Map(answers.map(answer => [answer.interruptId, answer])),
          interrupts: [],
          bail: result => of(...endOf(input, context, result)),
        }, json.nodes, root)
      }
      return follow(() => (attach ? context.checkpoints.load(runId) : undefined), go)
        .pipe(guardRun(input, context, usage, () => journal.end()), tellState(input, shared))
    })
  const info: AgentInfo = { name, description, capabilities: { streaming: true, approvals: true, resumable: true, structuredOutput: true } }
  return Object.assign(run, { info }) as Workflow<In, Out>
}

/** One run, from its beginning to its end or its questions. */
function runFlow(run: FlowRun, nodes: readonly FlowNode[], root: Root): Observable<AgentEvent> {
  const { runId, journal, interrupts, shared, bail } = run
  const { input: value } = root
  const scope = createScope('', value, { input: value })
  return concat(runNodes(run, nodes, scope), defer(() => {
    if (!scope.isWaiting) return bail(scope.value)
    const snapshot: FlowSnapshot & { answers?: undefined } = { ...root, answers: undefined, entries: journal.all() }
    return of<AgentEvent>(
      { type: 'STATE_SNAPSHOT', snapshot: keepRun(shared.state, runId, snapshot) },
      finished(run, { type: 'interrupt', interrupts }),
    )
  }))
}

/** Says what became of the shared state before it says anything else: it is kept whatever comes after. */
function tellState({ state: told }: RunInput, shared: FlowRun['shared']) {
  return transform<AgentEvent, AgentEvent>(emit => ({
    next(event) {
      if (shared.state !== told && event.type !== 'RUN_STARTED') emit({ type: 'STATE_SNAPSHOT', snapshot: (told = shared.state) })
      emit(event)
    },
  }))
}

function endOf(input: RunInput, { ids }: RunContext, result: unknown): AgentEvent[] {
  const end = finished({ input }, { type: 'success' }, result)
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
function inputOf(input: RunInput, { input: schema, readInput }: WorkflowOptions<any, any>): unknown {
  const given = readInput ? readInput(input) : readValue(input, schema)
  const checked = schema ? validateWith(schema, given) : { ok: true as const, value: given }
  if (!checked.ok) throw new SampanError('workflow/input-invalid', 'The input does not fit: ' + checked.issues)
  return JSON.parse(jsonOf(checked.value))
}

function readValue({ forwardedProps, messages }: RunInput, schema?: Schema): unknown {
  const { input } = Object(forwardedProps) as { input?: unknown }
  if (input !== undefined) return input
  const { content } = Object(messages.filter(({ role }) => role === 'user').pop()) as { content?: string }
  const text = contentText(content)
  return schema && toJsonSchema(schema).type === 'object' ? (parseJson(text) || text) : text
}
