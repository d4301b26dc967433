import type { Observable } from 'rxjs'
import type { Agent, AnyTool, RunContext } from '../contracts.js'
import type { AgentEvent, NumberedEvent } from '../protocol/events.js'
import type { ContentPart } from '../protocol/messages.js'
import type { JsonReader } from '../protocol/partial-json.js'
import type { Clock, Platform, Stop } from '../platform/platform.js'
import type { ThreadError, ThreadMessage, ThreadState, ThreadStatus } from './messages.js'
import type { ThreadStore } from './thread-store.js'
import type { Strings } from '../strings.js'

export interface ThreadOptions<Tools extends AnyTool = AnyTool> {
  agent: Agent<Tools>
  /** The host: where a store keeps things, and whose answers are labelled. Without it nothing is kept. */
  platform?: Platform
  /** Names the conversation; the same id finds it again after a restart. */
  id: string
  /** What a person is told when something fails: `en`, or an app's own sentences by error code. What it lacks is taken from `zh`. */
  strings?: Strings
  /** Says that AI generates the answers. Default: `label` of `strings` in mini-programs, nothing on the web and in Node. */
  label?: string
  /**
   * `deviceStore()`: the conversation outlives the app. Default: it lasts as long as this object, and has no bound: what the
   * agent is sent of a long one is bounded by `compaction`.
   */
  store?: ThreadStore
  /**
   * `createJsonReader` of `sampan/protocol`: a call's `args` grow while they come. Default: they are empty until they are
   * complete. `argsText` grows either way.
   */
  growingArgs?: () => JsonReader
  /**
   * What `send` does while a run is active. `queue` (default): the message waits and is sent when the run has ended.
   * `cancel`: the run is cancelled first. `refuse`: `send` returns `false`.
   */
  whileRunning?: 'queue' | 'cancel' | 'refuse'
  /** Milliseconds between two updates of `messages$` and `state$`. Default 80. */
  flushMs?: number
  /** Replaces parts of the context each run gets. */
  context?: Partial<RunContext>
  clock?: Clock
}

/** What `thread.on` can listen to. */
export interface ThreadEvents<Tools extends AnyTool = AnyTool> {
  /** Text of the assistant, as it arrives. */
  text: (delta: string) => void
  event: (event: AgentEvent) => void
  /** A message was added or has ended. */
  message: (message: ThreadMessage<Tools>) => void
  status: (status: ThreadStatus) => void
  error: (error: ThreadError) => void
}

/** A conversation: it outlives its runs, and with a store also the app. */
export interface Thread<Tools extends AnyTool = AnyTool> {
  readonly id: string
  /** The state now, exact to the last event. */
  readonly state: ThreadState<Tools>
  /** The state now, then after each change, at most every `flushMs`. */
  readonly state$: Observable<ThreadState<Tools>>
  readonly messages$: Observable<readonly ThreadMessage<Tools>[]>
  /** Every event of every run from now on, with its number in the run. */
  readonly events$: Observable<NumberedEvent>
  on<Name extends keyof ThreadEvents>(name: Name, listener: ThreadEvents<Tools>[Name]): Stop
  /** Sends a message and starts a run. Open questions are answered with "cancelled". `false` if it was refused. */
  send(content: string | ContentPart[]): boolean
  /**
   * Ends the active run; what has arrived stays. Also empties the queue.
   *
   * @returns whether the server has confirmed that it stopped, or had nothing to stop. Waited for as long as the
   *   connection's `cancelMs`; never rejects. The run is over before that.
   */
  cancel(): PromiseLike<boolean>
  /**
   * Approves a tool call that asks, with other arguments if given. Call it inside the tap.
   *
   * @param how `{ always: true }`: for the rest of the thread this tool is not asked about again, where it need not be.
   */
  approve(toolCallId: string, args?: unknown, how?: { always?: boolean }): void
  /** Denies a tool call that asks; `{ always: true }`: and each later one of this tool. */
  deny(toolCallId: string, reason?: string, how?: { always?: boolean }): void
  /** Answers any open interrupt with a payload. */
  answer(interruptId: string, payload: unknown): void
  /** Replaces a user message, drops all after it, and runs again. */
  edit(messageId: string, content: string): boolean
  /** Drops the answer to the last user message (or to that of the given answer) and runs again. */
  regenerate(messageId?: string): boolean
  /** Forgets the conversation, here and in its store. */
  clear(): void
  /** Leaves: writes what must survive, stops listening. The thread cannot be used afterwards. */
  dispose(): void
}
