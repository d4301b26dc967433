import type { Observable } from 'rxjs'
import type { SampanError } from './errors.js'
import type { AgentEvent } from './protocol/events.js'
import type { JsonSchema } from './protocol/json.js'
import type { Schema, Validation } from './protocol/schema.js'
import type { Interrupt, Message, ResumeEntry, RunAgentInput, TokenUsage, ToolDescription } from './protocol/messages.js'
import type { Clock, Stop, Storage } from './platform/platform.js'

// The types where rooms meet. A run is an ordered log of events; everything that can run is one function.

// ---- what runs -----------------------------------------------------------------------------------------------------

/** What a run is given: plain JSON that can be stored, sent and replayed. */
export interface RunInput extends RunAgentInput {
  /**
   * Go on with something that already runs, instead of starting: with a remote run from a cursor, or with the device
   * run whose checkpoint `context.checkpoints` holds under `runId`.
   */
  attach?: { runId: string; after?: number }
}

/** Starts when subscribed, stops when unsubscribed, ends with exactly one RUN_FINISHED or RUN_ERROR. */
export type RunFunction = (input: RunInput, context: RunContext) => Observable<AgentEvent>

export interface AgentInfo {
  readonly name: string
  readonly description?: string
  readonly tools?: readonly ToolDescription[]
  readonly capabilities?: AgentCapabilities
}
/** What an agent can do. An absent field is unknown, not `false`. */
export interface AgentCapabilities {
  readonly streaming?: boolean
  readonly resumable?: boolean
  readonly tools?: boolean
  readonly approvals?: boolean
  readonly reasoning?: boolean
  readonly structuredOutput?: boolean
}
/** Whatever can be run: a loop over a model, a remote agent, a workflow. `output` describes the `result` of RUN_FINISHED. */
export type Agent<Tools extends AnyTool = AnyTool, Output = unknown> = RunFunction & {
  readonly info: AgentInfo
  readonly tools?: readonly Tools[]
  readonly output?: Schema<Output>
}

/** Wraps a run: guardrail, label, trace. Call `next` at most once per subscription. */
export type RunMiddleware = (input: RunInput, context: RunContext, next: RunFunction) => Observable<AgentEvent>

// ---- one model call ------------------------------------------------------------------------------------------------

export interface ModelInfo {
  /** The vendor, as in `usage`. */
  readonly provider: string
  readonly model: string
  /** `resumable`: an answer is kept in a log and can be read again. An absent field is unknown. */
  readonly capabilities?: { readonly tools?: boolean; readonly jsonSchema?: boolean; readonly reasoning?: boolean; readonly images?: boolean; readonly resumable?: boolean }
}

export interface ModelRequest {
  messages: Message[]
  tools?: ToolDescription[]
  toolChoice?: 'auto' | 'none' | 'required' | { toolName: string }
  /** Ask for JSON that fits this schema. */
  output?: { name: string; schema: JsonSchema }
  temperature?: number
  maxOutputTokens?: number
  /** Minted by the client: the id of the stream log, and the idempotency key of the request. */
  logId?: string
  /** The log of this id was begun before: read it from its start, and begin nothing. */
  joins?: boolean
  /** Fields for the provider that Sampan does not know. */
  extra?: Record<string, unknown>
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other'

/**
 * What one model call says. The last event is always `finish` or `error`; the Observable itself never fails.
 * A tool call is complete only when `finish` comes: a stream that is cut ends with `error`, never with `finish`.
 */
export type ModelEvent =
  | { type: 'text-delta'; delta: string }
  | { type: 'reasoning-delta'; delta: string }
  | { type: 'tool-call-start'; toolCallId: string; toolCallName: string }
  | { type: 'tool-call-delta'; toolCallId: string; delta: string }
  | { type: 'usage'; usage: TokenUsage }
  /** What was said so far does not count: the answer begins anew (a retry, or another model after one that broke off). */
  | { type: 'reset'; error: SampanError }
  | { type: 'finish'; reason: FinishReason; rawReason?: string }
  | { type: 'error'; error: SampanError }

export type ModelFunction = (request: ModelRequest, context: RunContext) => Observable<ModelEvent>
/** A model somewhere, callable. */
export type ModelEndpoint = ModelFunction & { readonly info: ModelInfo }
/** Wraps one model call: retry, fallback, cache. A tool never runs inside it, so a retry never runs a tool twice. */
export type ModelMiddleware = (request: ModelRequest, context: RunContext, next: ModelFunction) => Observable<ModelEvent>

// ---- the context: how, passed by hand ------------------------------------------------------------------------------

/** Everything a run needs that is not data. Never ambient, never serialised. */
export interface RunContext {
  readonly cancel: CancelSignal
  readonly ledger: ToolLedger
  readonly checkpoints: CheckpointStore
  readonly budget: Budget
  readonly clock: Clock
  readonly ids: IdSource
  readonly trace: Trace
  /** Whose run it is, where that is known and more than one user is served: a gateway says who is signed in. On a phone nobody. */
  readonly userId?: string
}

/** Tells whoever works for a run that it is no longer wanted. Our own: `AbortSignal` does not exist on every phone. */
export interface CancelSignal {
  readonly isCancelled: boolean
  /**
   * Calls back once, at once if already cancelled. Whoever cancelled may wait for a promise that the listener returns:
   * `false` says that somebody who had to be told was not heard.
   */
  onCancel(listener: () => unknown): Stop
}

/** Makes ids that do not collide. `kind` is a short word that starts the id, for people who read logs. */
export type IdSource = (kind: string) => string

/** How far a tool call has come. It is written before the effect. */
export type LedgerState = 'proposed' | 'approved' | 'armed' | 'executing' | 'done' | 'delivered'
export interface LedgerEntry {
  toolCallId: string
  toolName: string
  /** Of tool and canonical arguments: an approval holds for exactly these. */
  fingerprint: string
  state: LedgerState
  /** What the model is told, once `done`. */
  result?: string
  /** Whether that is an error. */
  isError?: boolean
  /** What the tool passes to its server, so that a repeated call is recognised there. Minted once per call. */
  idempotencyKey?: string
}
/** What tool calls have been done, so that none is done twice. Reading is synchronous; writing may take its time. */
export interface ToolLedger {
  get(toolCallId: string): LedgerEntry | undefined
  put(entry: LedgerEntry): void | PromiseLike<void>
}

/** Where a device run stood: versioned JSON, owned by whoever wrote it. */
export interface Checkpoint { runId: string; version: number; data: unknown }
export interface CheckpointStore {
  load(runId: string): Checkpoint | undefined | PromiseLike<Checkpoint | undefined>
  save(checkpoint: Checkpoint): void | PromiseLike<void>
  delete(runId: string): void | PromiseLike<void>
}

/** Limits what runs may use. Asked before each step. */
export interface Budget {
  charge(usage: TokenUsage): void
  /** A sentence for the person if nothing is left. */
  exhausted(): string | undefined
}

/** Receives what happens inside a run, for those who watch: names and plain attributes, no message content. */
export type Trace = (name: string, attributes: Record<string, unknown>) => void

// ---- tools ---------------------------------------------------------------------------------------------------------

export type { Schema, SchemaIssue, SchemaOutput, StandardResult, StandardSchema, Validation } from './protocol/schema.js'

export type ApprovalDecision = 'allow' | 'ask' | { deny: string }
/** Whether a call may run: a fixed answer, or a pure function of its arguments and of which call it is. */
export type ApprovalRule<Args = any> = ApprovalDecision | ((args: Args, call: ApprovalCall) => ApprovalDecision)
/** The call that is asked about. `now` is the run's time, in milliseconds since 1970. */
export interface ApprovalCall { readonly toolCallId: string; readonly toolName: string; readonly runId: string; readonly now: number }

/**
 * What to do with a call whose effect may or may not have happened before a crash. An `idempotent` tool is run again, and
 * does not wait for storage; any other does not run where its ledger entry cannot be stored.
 */
export type ReplayPolicy = 'idempotent' | 'ask' | 'never'

export interface ToolContext {
  readonly toolCallId: string
  /** Pass it to the server your tool calls, so that a repeated call is recognised there. */
  readonly idempotencyKey: string
  readonly threadId: string
  readonly runId: string
  /** Who is signed in at the gateway that runs the tool. On a phone nobody. */
  readonly userId?: string
  readonly cancel: CancelSignal
  /** Tells how far the call has come: plain JSON for the view (`sampan:tool-progressed`). The model never sees it. */
  progress(value: unknown): void
}

/** A function offered to a model, with what is needed to run it safely. Made by `defineTool`. */
export interface Tool<Name extends string = string, Args = any, Result = any> {
  readonly name: Name
  readonly description: string
  /** JSON Schema of the arguments, made when first read. */
  readonly parameters: JsonSchema
  readonly approval?: ApprovalRule<Args>
  readonly replay: ReplayPolicy
  /** The host calls it only inside a tap (payment, album …). It always asks, and runs inside the approving tap. */
  readonly requiresGesture: boolean
  /** What it returns may have been written by strangers (mail, web pages): `fence()` keeps it from giving orders. */
  readonly untrusted?: boolean
  /** Milliseconds until a call counts as failed. Time a person takes to answer does not count. */
  readonly timeoutMs: number
  /** Checks arguments, or says what is wrong with them. */
  validate(args: unknown): Validation<Args>
  /** Checks a result, where the tool declared an output schema. */
  validateResult?(result: unknown): Validation<Result>
  /** Absent: a person or another program gives the result. */
  execute?(args: Args, context: ToolContext): Result | PromiseLike<Result>
  /**
   * Instead of `execute`: the call is a run of its own, an agent's or a workflow's. Its events stand in the run that
   * called; `end` is called once, before the Observable completes.
   */
  startRun?(args: Args, child: ChildCall, context: RunContext, end: (end: ChildEnd) => void): Observable<AgentEvent>
  /** How the loop of an agent makes such a call: comes with the tool (`agentTool`), so that only who has one pays for it. */
  readonly inLoop?: unknown
}
/** Any tool, whatever its types. */
export type AnyTool = Tool<string, any, any>

// ---- runs inside runs ----------------------------------------------------------------------------------------------

/** A place for a run inside another: of a tool call, or of a step of a workflow. */
export interface ChildCall {
  /** Unique, and the same whenever the child is taken up again. Also its `subagentRunId`. */
  readonly runId: string
  readonly threadId: string
  readonly parentRunId: string
  readonly parentToolCallId?: string
  /** Answers to the questions it asked, under the ids that it gave them; others may stand beside them. */
  readonly resume?: ResumeEntry[]
  /** What it kept when it asked. */
  readonly kept?: unknown
  /** What a person has said for good about its tools, as it told at an end before. */
  readonly approvals?: unknown
  /** It may have been begun before the app was killed: where it left a checkpoint, it goes on from there. */
  readonly mayHaveRun?: boolean
}

/**
 * How a run inside another ended. `kept` is plain JSON, and comes back with the answers; so are `approvals`, what a person has
 * said for good about its tools, and they are for its next call too.
 */
export type ChildEnd = { approvals?: unknown } & (
  | { type: 'success'; result: unknown }
  | { type: 'interrupt'; interrupts: Interrupt[]; kept: unknown }
  | { type: 'cancelled' }
  | { type: 'error'; error: SampanError }
)

// ---- storage -------------------------------------------------------------------------------------------------------

/** Where a wrapper keeps small texts: `platform.storage`, or anything that answers like it, at once or later. */
export type KeyValueStore = Pick<Storage, 'get' | 'set' | 'delete'>

// ---- conversations elsewhere ---------------------------------------------------------------------------------------

/** A conversation as it stands elsewhere: plain JSON. */
export interface RemoteThread {
  /** Another with each write. 0: it is not there. What is written where nothing is follows this version all the same. */
  version: number
  /** What was said. Absent where `version` is what was known, and where nothing is. */
  items?: readonly unknown[]
  /** Its user was erased so many milliseconds ago, since the version that was known: what was said before is gone. */
  erasedMs?: number
  /** Whether items can be read: the version of the record they are of. */
  format?: number
  rest?: unknown
}
/** What is new in a conversation of the version `after`: the first `from` items stay, `items` stand behind them. */
export interface RemoteChange { after: number; from: number; items: readonly unknown[]; format: number; rest: unknown }

/** Where copies of conversations are kept, for the user who is signed in. Each Observable emits once. */
export interface ThreadRemote {
  /** @param known the version that need not be sent again. */
  read(id: string, known: number): Observable<RemoteThread>
  /** Writes nothing, and says so, where the conversation has another version by now. */
  write(id: string, change: RemoteChange): Observable<{ version: number; isConflict?: boolean }>
}

// ---- prices --------------------------------------------------------------------------------------------------------

/**
 * Prices per million tokens, by `provider/model`, or by `model` alone: behind a gateway a phone knows no provider. A model
 * that is not in it has no known price, not the price 0.
 */
export type PriceTable = Record<string, { input: number; output: number; cachedInput?: number; currency: string }>
