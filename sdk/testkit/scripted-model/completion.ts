import { type Answer, type ChatCompletion, type ChatCompletionChunk, type ChatCompletionRequest, estimateTokens, messageText, pieces, type WireDelta, type WireFinishReason, type WireToolCall, type WireUsage } from './wire.js'

/** An answer with what every part of its wire form repeats. */
interface Envelope {
  id: string
  created: number
  model: string
  calls: WireToolCall[]
  text: string
  finish: WireFinishReason
  usage: WireUsage
}

/** The whole answer as one JSON object. */
export function toCompletion(answer: Answer, request: ChatCompletionRequest, nowMs: number): ChatCompletion {
  const { id, created, model, calls, text, finish, usage } = seal(answer, request, nowMs)
  const message = {
    role: 'assistant' as const,
    content: text || (calls.length ? null : ''),
    ...(answer.reasoning && { reasoning_content: answer.reasoning }),
    ...(calls.length && { tool_calls: calls }),
  }
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
    usage,
  }
}

/** The same answer as the chunks of a stream, without the end marker. */
export function* toChunks(answer: Answer, request: ChatCompletionRequest, nowMs: number): Generator<ChatCompletionChunk, void> {
  const { id, created, model, calls, text, finish, usage } = seal(answer, request, nowMs)
  const wantsUsage = request.stream_options?.include_usage === true
  const head = { id, object: 'chat.completion.chunk' as const, created, model }
  const chunk = (delta: WireDelta, finishReason: WireFinishReason | null = null): ChatCompletionChunk => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason: finishReason, logprobs: null }],
    ...(wantsUsage && { usage: null }),
  })
  yield chunk({ role: 'assistant', content: calls.length && !text ? null : '' })
  for (const piece of pieces(answer.reasoning ?? '')) yield chunk({ reasoning_content: piece })
  for (const piece of pieces(text)) yield chunk({ content: piece })
  for (const [index, call] of calls.entries()) {
    yield chunk({ tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } }] })
    for (const piece of call.function.arguments.match(/[^]{1,8}/g) ?? []) {
      yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] })
    }
  }
  yield chunk({}, finish)
  if (wantsUsage) yield { ...head, choices: [], usage }
}

function seal(answer: Answer, request: ChatCompletionRequest, nowMs: number): Envelope {
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Infinity
  const text = cutToTokens(answer.text, limit)
  const isCut = text.length < answer.text.length
  const seed = hash(JSON.stringify(request.messages) + answer.text)
  const calls = isCut ? [] : answer.calls.map((call, index) => toWireCall(call, `call_${seed}_${index}`))
  return {
    id: `chatcmpl-${seed}`,
    created: Math.floor(nowMs / 1000),
    model: request.model ?? 'scripted',
    calls,
    text,
    finish: isCut ? 'length' : calls.length ? 'tool_calls' : 'stop',
    usage: usageOf(answer, text, calls, request),
  }
}

function toWireCall(call: Answer['calls'][number], id: string): WireToolCall {
  return { id, type: 'function', function: { name: call.name, arguments: JSON.stringify(call.arguments) } }
}

function usageOf(answer: Answer, text: string, calls: WireToolCall[], request: ChatCompletionRequest): WireUsage {
  const tools = request.tools?.length ? estimateTokens(JSON.stringify(request.tools)) : 0
  const told = (message: ChatCompletionRequest['messages'][number]) =>
    messageText(message.content) + (message.tool_calls ? JSON.stringify(message.tool_calls) : '')
  const prompt = request.messages.reduce((sum, message) => sum + 4 + estimateTokens(told(message)), tools)
  const reasoning = estimateTokens(answer.reasoning ?? '')
  const said = calls.map(call => call.function.name + call.function.arguments).join('')
  const completion = reasoning + estimateTokens(text) + estimateTokens(said)
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(reasoning && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  }
}

function cutToTokens(text: string, limit: number): string {
  if (estimateTokens(text) <= limit) return text
  let kept = ''
  for (const piece of pieces(text)) {
    if (estimateTokens(kept + piece) > limit) break
    kept += piece
  }
  return kept
}

// The same request gives the same ids, so that recordings and tests stay the same. (FNV-1a)
function hash(text: string): string {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return (value >>> 0).toString(16).padStart(8, '0')
}
