import { toChunks, toCompletion } from './completion.js'
import { decide } from './decide.js'
import { serveModel } from './http.js'
import type { Answer, ChatCompletion, ChatCompletionChunk, ChatCompletionRequest } from './wire.js'

/** How a scripted model behaves. */
export interface ScriptedModelOptions {
  /** Milliseconds since 1970: what “today” means. Default `Date.now`. */
  now?: () => number
  /** Minutes the person's clock is ahead of UTC. Default: as on this machine. */
  utcOffsetMinutes?: number
  /** Milliseconds between the pieces of a stream served over HTTP. Default: 15 to 25, so that a person sees it grow. */
  paceMs?: number
}

/** A model that needs no key and no network. */
export interface ScriptedModel {
  /** Answers at once, as one JSON object. */
  complete(request: ChatCompletionRequest): ChatCompletion
  /** Answers as the chunks of a stream, unpaced. */
  stream(request: ChatCompletionRequest): Generator<ChatCompletionChunk, void>
  /** Answers over HTTP: `POST …/chat/completions`, `GET …/models`. Stops at once when the request is aborted. */
  handle(request: Request): Promise<Response>
}

/**
 * A deterministic rule engine behind the wire of chat completions. It matches what a person said, in Chinese or
 * English, against whatever tools it is given, fills their arguments from their JSON Schema, asks for what is missing
 * and tells what came back. It knows no tool by name and keeps no state: everything is derived from the messages.
 *
 * What it cannot do: it has no knowledge of the world and makes up no sentence, so beyond tools it only greets, quotes
 * the texts in the system messages and says what it can do. It understands everyday words of a fixed thesaurus, one
 * wish a clause and one thing a wish (“a latte and a mocha” orders one of them), looks up at most one kind of thing
 * before it acts, and does not plan further. Negations hold for the word right after them. Tokens are estimated.
 * `scripted-reasoning` (or `enable_thinking`) adds a sentence of reasoning; other model names make no difference.
 *
 * @example
 * const model = scriptedModel({ paceMs: 0 })
 * model.complete({ messages: [{ role: 'user', content: '明天深圳天气怎么样' }], tools })
 */
export function scriptedModel(options: ScriptedModelOptions = {}): ScriptedModel {
  const nowMs = options.now ?? Date.now
  const answer = (request: ChatCompletionRequest): Answer => {
    const now = nowMs()
    return decide(request, { now, utcOffsetMinutes: options.utcOffsetMinutes ?? -new Date(now).getTimezoneOffset() })
  }
  const complete = (request: ChatCompletionRequest) => toCompletion(answer(request), request, nowMs())
  const stream = (request: ChatCompletionRequest) => toChunks(answer(request), request, nowMs())
  // Uneven, but the same every time.
  const paceMs = (index: number): number => options.paceMs ?? 15 + ((index * 7) % 11)
  const models = ['scripted', 'scripted-reasoning']
  return { complete, stream, handle: request => serveModel(request, { complete, stream, paceMs, models, nowMs }) }
}
