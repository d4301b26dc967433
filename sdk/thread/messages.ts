import type { AnyTool, Tool } from '../contracts.js'
import type { ErrorCode } from '../errors.js'
import type { ContentPart, Interrupt } from '../protocol/messages.js'

/** A run of text in a message. `id` is the protocol's message id. */
export interface TextPart {
  readonly type: 'text'
  readonly id: string
  /** All of it so far. Joined from `segments` when read. */
  readonly text: string
  /**
   * The same text in the pieces it arrived in. A piece never changes once it is there; while the message streams, this
   * very array grows at its end.
   */
  readonly segments: readonly string[]
  /** Why what stood here before was taken back, where it was: `text` stands in its place. */
  readonly retracted?: string
}

/** What a model thought before it answered, where it shows that. */
export interface ReasoningPart {
  readonly type: 'reasoning'
  readonly id: string
  readonly text: string
  readonly segments: readonly string[]
}

/** A picture, sound or file that the user sent. */
export interface MediaPart {
  readonly type: 'media'
  readonly id: string
  readonly content: Exclude<ContentPart, { type: 'text' }>
}

/**
 * How far a tool call has come: arguments arriving; a person is asked; running; and one of three ends.
 */
export type ToolCallState = 'streaming' | 'asking' | 'executing' | 'done' | 'failed' | 'denied'

/** A tool call with its typed arguments and result. */
export interface ToolCallPartOf<Name extends string, Args, Result> {
  readonly type: 'tool-call'
  readonly id: string
  readonly toolCallId: string
  readonly toolName: Name
  readonly state: ToolCallState
  /** Empty while `streaming`; or, with `growingArgs`, what is known of them: some may be missing or cut. */
  readonly args: Partial<Args>
  /** Set when `done`. A result that is no JSON stands here as text. */
  readonly result?: Result
  /** A sentence for the person, when `failed` or `denied`: one of `strings`, by code. What the tool threw stands in `resultText`. */
  readonly error?: string
  /** The open question, when `asking`. */
  readonly interrupt?: Interrupt
  /** The arguments as the model wrote them. */
  readonly argsText: string
  /** What the model is told, once there is a result. */
  readonly resultText?: string
  /** The protocol message that made this call. */
  readonly parentMessageId?: string
  /** How far a running call has come, as its tool tells it. */
  readonly progress?: unknown
  /** What the agent or workflow says that this call runs. Its `agentName` is the name. */
  readonly child?: ThreadMessage
}

/** What a run inside this one says that no tool call began: a step of a workflow. Its `agentName` is the name. */
export interface SubagentPart {
  readonly type: 'subagent'
  /** The id of that run. */
  readonly id: string
  readonly child?: ThreadMessage
}

type PartOfTool<T> = T extends Tool<infer Name, infer Args, infer Result> ? ToolCallPartOf<Name, Args, Result> : never
/** A tool call of any of these tools; `toolName` tells which, and with it the types of `args` and `result`. */
export type ToolCallPart<Tools extends AnyTool = AnyTool> = PartOfTool<Tools>

/** One typed piece of a message. */
export type MessagePart<Tools extends AnyTool = AnyTool> = TextPart | ReasoningPart | MediaPart | SubagentPart | ToolCallPart<Tools>

/** `streaming` while its run goes on; `waiting` for an answer of the person; then how it ended. */
export type MessageStatus = 'streaming' | 'waiting' | 'complete' | 'cancelled' | 'failed'

/** Why a run ended badly: for code, and in words for the person. */
export interface ThreadError {
  readonly code: ErrorCode
  /** A sentence in the thread's language. */
  readonly text: string
  /** Whether the same may succeed later, unchanged: worth a button that asks again. */
  readonly retryable: boolean
}

/** One utterance as the view shows it: what the user sent, or all that one run answered. */
export interface ThreadMessage<Tools extends AnyTool = AnyTool> {
  readonly id: string
  readonly role: 'user' | 'assistant'
  readonly parts: readonly MessagePart<Tools>[]
  readonly status: MessageStatus
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly error?: ThreadError
  /** The agent that answers, where that is told: after a handoff, or in a run inside another. */
  readonly agentName?: string
}

/**
 * `restoring`: the stored conversation is being read. `idle`: nothing runs. `running`. `waiting`: a question is open
 * (an approval, most of the time) and the person's answer goes on with the run.
 */
export type ThreadStatus = 'restoring' | 'idle' | 'running' | 'waiting'

/** All that a page needs to draw a conversation. */
export interface ThreadState<Tools extends AnyTool = AnyTool> {
  readonly status: ThreadStatus
  readonly messages: readonly ThreadMessage<Tools>[]
  /** Open questions. All are answered before the run goes on. */
  readonly interrupts: readonly Interrupt[]
  /** Messages that wait for the active run to end (`whileRunning: 'queue'`). */
  readonly queued: readonly string[]
  /** Why the last run or the storage failed; cleared by the next send. */
  readonly error?: ThreadError
  /** That AI generates what is read here: a page shows it all the time. Empty where it need not. */
  readonly label: string
}
