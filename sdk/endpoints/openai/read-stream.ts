import type { OperatorFunction } from 'rxjs'
import { createDeltaMemo, type DeltaMemo, type SayAgain } from './delta-memo.js'
import { readUsage, type WireUsage } from './usage.js'
import { createToolCallTracker, type ToolCallDelta, type ToolCallTracker } from './tool-calls.js'
import type { FinishReason, IdSource, ModelEvent } from '../../contracts.js'
import { SampanError, toSampanError, type ErrorCode } from '../../errors.js'
import { frameText, type Frame } from '../../protocol/frames.js'
import { parseJson } from '../../protocol/json.js'
import type { TokenUsage } from '../../protocol/messages.js'
import { transform } from '../../protocol/transform.js'
import { BODY_EVENT } from '../../transport/body-reader.js'
import { cutOff, isPassingStatus, readError } from '../../transport/failures.js'

/** A chunk of a chat completion, as far as we read it. */
interface Chunk {
  error?: unknown
  message?: unknown
  model?: string
  usage?: WireUsage | null
  choices?: { delta?: Delta; message?: Delta; finish_reason?: string | null; usage?: WireUsage }[]
}
interface Delta {
  content?: unknown
  refusal?: string | null
  tool_calls?: ToolCallDelta[] | ToolCallDelta | null
  [reasoning: string]: unknown
}
/** Content that comes in parts. */
interface Part { type?: string; text?: unknown; thinking?: unknown }

/** Passes on what a delta says. */
interface Teller {
  /** What stood in a field, if it is text. */
  say(type: 'text-delta' | 'reasoning-delta', field: string, text: unknown): void
  /** A fragment of a tool call. */
  call(fragment: ToolCallDelta): void
}

/** Whose answer is read. */
export interface AnswerSource {
  readonly model: string
  readonly provider: string
  /** Fields of a delta that hold reasoning, first one found counts. Default: those that are known. */
  readonly reasoningFields?: readonly string[]
}

/** Reads the frames of a chat completion. It ends with `finish` only where the model came to an end. */
export function readStream(source: AnswerSource, ids: IdSource): OperatorFunction<Frame, ModelEvent> {
  return transform<Frame, ModelEvent>((emit, end) => {
    const memo = createDeltaMemo()
    const { read, over } = createReader(source, createToolCallTracker(ids, emit), memo, last => {
      emit(last)
      if (last.type === 'finish' || last.type === 'error') end()
    })
    return {
      next(frame) {
        const text = memo.match(frame)
        if (text) memo.say(text)
        else read(frame)
      },
      complete: () => over(cutOff()),
      error: over,
    }
  })
}

/** Reads frames that have to be parsed, and tells the memo of those that say nothing but one string. */
function createReader({ model, provider, reasoningFields = ['reasoning_content', 'reasoning'] }: AnswerSource, calls: ToolCallTracker, memo: DeltaMemo, emit: (event: ModelEvent) => void) {
  let rawReason: string | undefined
  let usage: TokenUsage | undefined
  // How many strings the frame at hand holds, and the last one of them.
  let strings: number
  let heard: [field: string, value: string, say: SayAgain]

  const hear = (field: string, text: string, say: SayAgain): void => {
    strings++
    heard = [field, text, say]
    say(text)
  }
  const teller: Teller = {
    say(type, field, text) {
      if (text && typeof text === 'string') hear(field, text, delta => emit({ type, delta }))
    },
    call(fragment) {
      const { id, index, function: { name, arguments: args } = {} } = fragment
      if (!id && !name && args && typeof args === 'string') return hear('arguments', args, text => calls.add({ index, function: { arguments: text } }))
      // It says more than a string.
      strings += 2
      calls.add(fragment)
    },
  }
  const close = (last: ModelEvent): void => {
    if (usage) emit({ type: 'usage', usage })
    emit(last)
  }
  const fail = (error: SampanError): void => close({ type: 'error', error })
  const finish = (): void => {
    calls.end()
    if (BROKEN_OFF.test(rawReason!)) {
      return fail(new SampanError('endpoint/provider-error', 'The provider broke off (' + rawReason + ')', { phase: 'stream', retryable: true, providerCode: rawReason }))
    }
    close({ type: 'finish', reason: finishReason(rawReason, calls.count), rawReason })
  }
  const read = (frame: Frame): void => {
    const text = frameText(frame)
    // Some gateways put quotes around it.
    if (/^"?\[DONE\]"?\s*$/.test(text)) return finish()
    const parsed = parseJson(text)
    const chunk = (Array.isArray(parsed) ? parsed[0] : parsed) as Chunk
    if (Object(chunk) !== chunk) return text.trim() ? fail(badAnswer('protocol/malformed', 'The provider sent no JSON: ', text)) : undefined
    if (frame.event === 'error' || isError(chunk)) return fail(providerError(chunk))
    const isBody = frame.event === BODY_EVENT
    const choice = chunk.choices && chunk.choices[0]
    const told = chunk.usage || (choice && choice.usage)
    if (told) usage = readUsage(told, provider, chunk.model || model)
    if (!choice) return isBody ? fail(badAnswer('transport/not-a-stream', 'The server sent JSON that is no chat completion: ', text)) : undefined
    const { delta = choice.message, finish_reason: reason } = choice
    strings = 0
    if (delta) readDelta(delta, reasoningFields, teller)
    if (reason) rawReason = reason
    if (isBody) finish()
    // The next frame may be this one again but for its string, if that was all it said.
    else if (strings === 1 && !reason && !told) memo.learn(frame, ...heard)
  }
  return {
    read,
    /** The stream is over. What comes after the model's own end, a reset for one, changes nothing about the answer. */
    over: (thrown: unknown): void => (rawReason ? finish() : fail(toSampanError(thrown, 'transport/failed'))),
  }
}

function readDelta(delta: Delta, reasoningFields: readonly string[], { say, call }: Teller): void {
  const { content, refusal, tool_calls: toolCalls } = delta
  const reasoning = reasoningFields.find(name => delta[name] && typeof delta[name] === 'string')
  if (reasoning) say('reasoning-delta', reasoning, delta[reasoning])
  say('text-delta', 'content', content)
  if (Array.isArray(content)) {
    content.forEach((part: Part | null) => part && say(part.type === 'thinking' ? 'reasoning-delta' : 'text-delta', '', part.text || part.thinking))
  }
  say('text-delta', 'refusal', refusal)
  // Some send a single call where a list is due.
  ;([] as ToolCallDelta[]).concat(toolCalls || []).forEach(call)
}

/** Reasons that say the provider broke off: no end of the model's own, which anything else is, also what we do not know. */
const BROKEN_OFF = /insufficient|interrupt|abort|cancel|error|time_?out/

function finishReason(raw: string | undefined, calls: number): FinishReason {
  // A call cut by the length limit is still a call; its arguments are checked before anything runs.
  if (raw === 'length') return 'length'
  if (raw === 'content_filter') return 'content-filter'
  if (calls > 0) return 'tool-calls'
  return raw === undefined || raw === 'stop' || raw === 'end_turn' ? 'stop' : 'other'
}

function badAnswer(code: ErrorCode, what: string, text: string): SampanError {
  return new SampanError(code, what + text.slice(0, 300), { phase: 'stream' })
}

/** An error object, or an object that is itself one: it says something, and nothing of an answer. */
function isError(chunk: Chunk): boolean {
  return Boolean(chunk.error) || (!chunk.choices && typeof chunk.message === 'string')
}

/** What providers call troubles that pass. */
const PASSING = /overload|rate.?limit|too.?many|throttl|capacity|time.?out|unavailable|server.?error|internal/i

function providerError(chunk: Chunk): SampanError {
  const { message = 'The provider reported an error in the stream.', providerCode, requestId } = readError(chunk)
  const { status, retryAfter } = Object(chunk.error) as { status?: number; retryAfter?: number }
  return new SampanError('endpoint/provider-error', message, {
    phase: 'stream',
    providerCode,
    requestId,
    status,
    retryAfterMs: retryAfter && retryAfter * 1000,
    retryable: isPassingStatus(status || +providerCode!) || PASSING.test(providerCode!),
  })
}
