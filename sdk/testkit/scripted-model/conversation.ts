import { messageText, type WireMessage } from './wire.js'
import { type Language, latinWords, normalise } from './words.js'

/** What came back from one call. */
export interface ToolResult {
  name: string
  arguments: Record<string, unknown>
  /** The parsed JSON, or the text where it is none. */
  value: unknown
  status: 'done' | 'failed' | 'denied'
}

/** One thing a person said, and what the tools answered until they spoke again. */
export interface Turn {
  text: string
  results: ToolResult[]
}

/** A conversation by turns. What stands before the first word of the person belongs to no turn. */
export function turnsOf(messages: readonly WireMessage[]): Turn[] {
  const turns: Turn[] = []
  const calls = new Map<string, { name: string; arguments: string }>()
  for (const message of messages) {
    const content = messageText(message.content)
    if (message.role === 'user') turns.push({ text: normalise(content), results: [] })
    for (const call of message.tool_calls ?? []) calls.set(call.id, call.function)
    const call = message.role === 'tool' && calls.get(message.tool_call_id ?? '')
    if (call) turns.at(-1)?.results.push(readResult(call.name, call.arguments, content))
  }
  return turns
}

function readResult(name: string, args: string, content: string): ToolResult {
  const parsed = parse(content)
  const given = parse(args)
  const failure = parsed && typeof parsed === 'object' ? (parsed as { error?: unknown }).error : undefined
  const denial = /^Denied:?\s*(.*)/s.exec(content)
  const error = /^(?:Error|错误)[:：]\s*(.*)/s.exec(content)
  const failed = error?.[1] ?? (failure ? (typeof failure === 'string' ? failure : JSON.stringify(failure)) : undefined)
  return {
    name,
    arguments: given && typeof given === 'object' ? (given as Record<string, unknown>) : {},
    value: denial?.[1] ?? failed ?? parsed,
    status: denial ? 'denied' : failed === undefined ? 'done' : 'failed',
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The language to answer in: that of the last thing said that has one. A lone foreign word or a number has none. */
export function languageOfTurns(turns: readonly Turn[]): Language {
  for (const { text } of [...turns].reverse()) {
    if (/[\u3400-\u9fff]/.test(text)) return 'zh'
    if (latinWords(text).filter(word => !/\d/.test(word.stem)).length > 1) return 'en'
  }
  return /[a-z]/i.test(turns.at(-1)?.text ?? '') || turns.length === 0 ? 'en' : 'zh'
}
