/** A tool call as it stands in an assistant message. `arguments` is JSON text. */
export interface WireToolCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

/** One message of a chat-completions request. */
export interface WireMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  content?: string | { type: string; text?: string }[] | null
  tool_calls?: WireToolCall[]
  tool_call_id?: string
  name?: string
}

/** A tool as a request offers it. */
export interface WireTool {
  type: 'function'
  function: { name: string; description?: string; parameters?: Record<string, any>; strict?: boolean }
}

/** The body of `POST /chat/completions`, as far as it matters here. */
export interface ChatCompletionRequest {
  model?: string
  messages: WireMessage[]
  tools?: WireTool[]
  tool_choice?: 'auto' | 'none' | 'required' | { type: 'function'; function: { name: string } }
  parallel_tool_calls?: boolean
  response_format?: { type: 'text' } | { type: 'json_object' } | { type: 'json_schema'; json_schema: { name?: string; schema?: Record<string, any> } }
  stream?: boolean
  stream_options?: { include_usage?: boolean } | null
  max_tokens?: number
  max_completion_tokens?: number
  enable_thinking?: boolean
  [field: string]: unknown
}

/** Why a completion ended. */
export type WireFinishReason = 'stop' | 'length' | 'tool_calls'

/** Tokens of one completion, estimated by {@link estimateTokens}. */
export interface WireUsage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  completion_tokens_details?: { reasoning_tokens: number }
}

/** A whole answer. */
export interface ChatCompletion {
  id: string
  object: 'chat.completion'
  created: number
  model: string
  choices: {
    index: 0
    message: { role: 'assistant'; content: string | null; reasoning_content?: string; tool_calls?: WireToolCall[] }
    finish_reason: WireFinishReason
    logprobs: null
  }[]
  usage: WireUsage
}

/** What a chunk adds. */
export interface WireDelta {
  role?: 'assistant'
  content?: string | null
  reasoning_content?: string
  tool_calls?: { index: number; id?: string; type?: 'function'; function: { name?: string; arguments: string } }[]
}

/** One `data:` of a stream. */
export interface ChatCompletionChunk {
  id: string
  object: 'chat.completion.chunk'
  created: number
  model: string
  choices: { index: 0; delta: WireDelta; finish_reason: WireFinishReason | null; logprobs: null }[]
  usage?: WireUsage | null
}

/** What the model decided to say, before it is put on the wire. */
export interface Answer {
  text: string
  reasoning?: string
  calls: { name: string; arguments: Record<string, unknown> }[]
  /** The argument the text asks for, as a path. Not on the wire: for the score. */
  asks?: string
  /** The text says that this cannot be done. Not on the wire: for the score. */
  isRefusal?: true
}

/** The text of a message; parts that are no text are left out. */
export function messageText(content: WireMessage['content']): string {
  if (typeof content === 'string') return content
  return (content ?? []).map(part => (part.type === 'text' ? (part.text ?? '') : '')).join('')
}

/** The rule by which tokens are counted: one for each CJK character, one for every four of the others, rounded up. */
export function estimateTokens(text: string): number {
  const cjk = text.match(/[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]/g)?.length ?? 0
  return cjk + Math.ceil((text.length - cjk) / 4)
}

/** Cuts text into the pieces it is streamed in: two CJK characters, or one word with the space before it. */
export function pieces(text: string): string[] {
  return text.match(/\s*[\u2e80-\u9fff\uff00-\uffef]{1,2}|\s*[^\s\u2e80-\u9fff\uff00-\uffef]{1,12}|\s+/g) ?? []
}
