import type { OperatorFunction } from 'rxjs'
import { createDeltaMemo } from './delta-memo.js'
import type { Profile } from './profiles.js'
import { readUsage, type WireUsage } from './usage.js'
import { createToolCallTracker, type ToolCallDelta, type ToolCallTracker } from './tool-calls.js'
import type { FinishReason, IdSource, ModelEvent } from '../../contracts.js'
import { SampanError, toSampanError } from '../../errors.js'
import { frameText, type Frame } from '../../protocol/frames.js'
import { parseJson } from '../../protocol/json.js'
import type { TokenUsage } from '../../protocol/messages.js'
import { transform } from '../../protocol/transform.js'
import { BODY_EVENT } from '../../transport/body-reader.js'
import { isPassingStatus, readErrorObject } from '../../transport/failures.js'

/** A chunk of a chat completion, as far as we read it. */
interface Chunk {
  error?: unknown
  object?: string
  message?: unknown
  model?: string
  usage?: WireUsage | null
  choices?: { delta?: Delta; message?: Delta; finish_reason?: string | null; usage?: WireUsage }[]
}
interface Delta {
  content?: unknown
  refusal?: string | null
  tool_calls?: ToolCallDelta[] | null
  [reasoning: string]: unknown
}

/** Reads the frames of a chat completion. It ends with `finish` only where the model came to an end. */
export function readStream(model: string, profile: Profile, ids: IdSource): OperatorFunction<Frame, ModelEvent> {
  return transform<Frame, ModelEvent>((emit, end) => {
    const reader = new StreamReader(model, profile, emit, createToolCallTracker(ids, emit))
    const memo = createDeltaMemo()
    return {
      next(frame) {
        const text = memo.match(frame)
        if (text) return reader.delta(memo.field, text)
        const only = reader.frame(frame)
        if (only) memo.learn(frame, only.field, only.value)
        if (reader.isOver) end()
      },
      complete: () => reader.end(),
      error: thrown => reader.end(toSampanError(thrown, 'transport/failed')),
    }
  })
}

class StreamReader {
  isOver = false
  private finishReason: string | undefined
  private usage: TokenUsage | undefined

  constructor(
    private readonly model: string,
    private readonly profile: Profile,
    private readonly emit: (event: ModelEvent) => void,
    private readonly calls: ToolCallTracker,
  ) {}

  /** Text of a field that was recognised without parsing. */
  delta(field: string, delta: string): void {
    if (delta) this.emit(field === 'content' ? { type: 'text-delta', delta } : { type: 'reasoning-delta', delta })
  }

  /** Reads one event. Answers the one string it held, if it held nothing else. */
  frame(frame: Frame): { field: string; value: string } | undefined {
    const text = frameText(frame)
    // Some gateways put quotes around it.
    if (/^"?\[DONE\]"?\s*$/.test(text)) return this.finish()
    const parsed = parseJson(text)
    const chunk = (Array.isArray(parsed) ? parsed[0] : parsed) as Chunk | undefined
    if (!chunk || typeof chunk !== 'object') return text.trim() ? this.fail(malformed(text)) : undefined
    if (frame.event === 'error' || isError(chunk)) return this.fail(providerError(chunk))
    const choice = chunk.choices?.[0]
    const usage = chunk.usage ?? choice?.usage
    if (usage) this.usage = readUsage(usage, this.profile.provider, chunk.model ?? this.model)
    if (!choice) return frame.event === BODY_EVENT ? this.fail(notAnAnswer(text)) : undefined
    const only = this.message(choice.delta ?? choice.message)
    if (choice.finish_reason) this.finishReason = choice.finish_reason
    if (frame.event === BODY_EVENT) return this.finish()
    return choice.finish_reason || usage ? undefined : only
  }

  /** The stream is over, with or without an error of the transport. */
  end(error?: SampanError): void {
    if (this.isOver) return
    // What came after the model's own end, a reset for one, changes nothing about the answer.
    if (this.finishReason) return void this.finish()
    this.fail(error ?? new SampanError('transport/truncated', 'The stream closed before the model had finished.', { phase: 'stream', retryable: true }))
  }

  private message(delta: Delta | undefined): { field: string; value: string } | undefined {
    if (!delta) return undefined
    const reasoningField = this.profile.reasoningFields.find(field => typeof delta[field] === 'string' && delta[field] !== '')
    if (reasoningField) this.delta(reasoningField, delta[reasoningField] as string)
    const { content, refusal, tool_calls: toolCalls } = delta
    if (typeof content === 'string') this.delta('content', content)
    else if (Array.isArray(content)) content.forEach(part => this.part(part))
    if (refusal) this.delta('content', refusal)
    if (toolCalls?.length) {
      toolCalls.forEach(call => this.calls.add(call))
      return undefined
    }
    if (refusal || Array.isArray(content)) return undefined
    if (reasoningField) return content ? undefined : { field: reasoningField, value: delta[reasoningField] as string }
    return typeof content === 'string' && content ? { field: 'content', value: content } : undefined
  }

  private part(part: { type?: string; text?: unknown; thinking?: unknown }): void {
    const text = part?.text ?? part?.thinking
    if (typeof text === 'string') this.delta(part.type === 'thinking' ? 'reasoning' : 'content', text)
  }

  private finish(): undefined {
    if (this.isOver) return
    this.isOver = true
    this.calls.end()
    if (this.usage) this.emit({ type: 'usage', usage: this.usage })
    this.emit({ type: 'finish', reason: finishReason(this.finishReason, this.calls.count), rawReason: this.finishReason })
  }

  private fail(error: SampanError): undefined {
    this.isOver = true
    if (this.usage) this.emit({ type: 'usage', usage: this.usage })
    this.emit({ type: 'error', error })
  }
}

/** Reasons that say the provider broke off. Anything else, also what we do not know, is an end of the model's own. */
const BROKEN_OFF = /insufficient|interrupt|abort|cancel|error|time_?out/

function finishReason(raw: string | undefined, calls: number): FinishReason {
  // A call cut by the length limit is still a call; its arguments are checked before anything runs.
  if (raw === 'length') return 'length'
  if (raw === 'content_filter') return 'content-filter'
  if (calls > 0 && !BROKEN_OFF.test(raw ?? '')) return 'tool-calls'
  return raw === undefined || raw === 'stop' ? 'stop' : 'other'
}

function malformed(text: string): SampanError {
  return new SampanError('protocol/malformed', 'The provider sent an event that is no JSON: ' + text.slice(0, 120), { phase: 'stream' })
}

function notAnAnswer(text: string): SampanError {
  return new SampanError('transport/not-a-stream', 'The server answered with JSON that is no chat completion: ' + text.slice(0, 300), { phase: 'first-byte' })
}

/** An error object, or an object that is itself one: it says something, and nothing of an answer. */
function isError(chunk: Chunk): boolean {
  return Boolean(chunk.error) || chunk.object === 'error' || (!chunk.choices && typeof chunk.message === 'string')
}

/** What providers call troubles that pass. */
const PASSING = /overload|rate.?limit|too.?many|throttl|capacity|time.?out|unavailable|server.?error|internal/i

function providerError(chunk: Chunk): SampanError {
  const { message = 'The provider reported an error in the stream.', providerCode, requestId } = readErrorObject(chunk)
  const { status: told, retryAfter } = Object(chunk.error) as { status?: unknown; retryAfter?: unknown }
  const status = typeof told === 'number' ? told : undefined
  return new SampanError('endpoint/provider-error', message, {
    phase: 'stream',
    providerCode,
    requestId,
    status,
    retryAfterMs: typeof retryAfter === 'number' ? retryAfter * 1000 : undefined,
    retryable: isPassingStatus(status ?? Number(providerCode)) || PASSING.test(providerCode ?? ''),
  })
}
