import { readFileSync } from 'node:fs'

// What providers send, byte by byte, and what it must be read as. F1 to F10 are the ways in which tool calls deviate;
// `aimock-*` was recorded from @copilotkit/aimock 1.43.0, `portkey-*` from @portkey-ai/gateway 1.15.2, which translates the
// streams of the provider it is named after (scripts/record-portkey.ts).

/** An event as it is compared: an error by its code, a finish by its reason. */
export type LogEntry = [type: 'text' | 'reasoning' | 'call' | 'args' | 'usage' | 'finish' | 'error', ...rest: unknown[]]

export interface Recording {
  name: string
  bytes: Uint8Array
  events: LogEntry[]
}

const finishCalls: LogEntry = ['finish', 'tool-calls', 'tool_calls']
const stop: LogEntry = ['finish', 'stop', 'stop']
const truncated: LogEntry = ['error', 'transport/truncated']
const usage = (tokens: object): LogEntry => ['usage', { provider: 'openai-compatible', model: 'm-1', ...tokens }]
/** One call whose arguments come in pieces. */
const call = (id: string, name: string, ...args: string[]): LogEntry[] => [['call', id, name], ...args.map((delta): LogEntry => ['args', id, delta])]
const weatherCalls = [...call('call_1', 'w', '{"city":', '"北京"}'), ...call('call_2', 'v', '{}')]

const expected: Record<string, LogEntry[]> = {
  'f1-standard': [...call('a', 'w', '{"城', '市":"x"}'), finishCalls],
  'f2-no-index': [...call('a', 'w', '{}'), ...call('b', 'w', '{}'), finishCalls],
  'f3-index-zero-twice': [...call('a', 'r', '{"p":1}'), ...call('b', 'r', '{"p":2}'), finishCalls],
  'f4-first-index-one': [...call('a', 'w', '{}'), finishCalls],
  'f5-late-name': [...call('a', 'w', '{"c":1}'), finishCalls],
  'f6-blank-continuation': [...call('a', 'w', '{}'), finishCalls],
  'f7-head-and-tail': [...call('a', 'r', '{"p":1}'), ...call('b', 's', '{"q"', ':1}'), finishCalls],
  'f8-no-id': [...call('call-1', 'w', '{', '}'), finishCalls],
  'f9-cut': [['text', '好，'], ...call('a', 'w', '{"c":'), truncated],
  'f10-stop-with-call': [...call('a', 'w', '{}'), ['finish', 'tool-calls', 'stop']],
  'split-name': [...call('a', 'get_weather', '{}'), finishCalls],
  'whole-arguments': [...call('a', 'w', '{"c":"是"}'), ...call('b', 'v', '{"d":[1]}'), finishCalls],
  interleaved: [['call', 'a', 'r'], ['call', 'b', 's'], ['args', 'b', '[2'], ['args', 'a', '[1'], ['args', 'a', ']'], ['args', 'b', ']'], finishCalls],
  'finish-everywhere': [...call('a', 'w', '{"c":', '1}'), finishCalls],
  'text-with-usage': [
    ['text', '你好'], ['text', '，\n"世界"'], ['text', '🧋'],
    usage({ inputTokens: 17, outputTokens: 9, totalTokens: 26, reasoningTokens: 4, cachedInputTokens: 5 }), stop,
  ],
  'deepseek-reasoning': [
    ['reasoning', '嗯，'], ['reasoning', '三款'], ['text', '有三款'], ['text', '。'],
    usage({ inputTokens: 17, outputTokens: 9, totalTokens: 26, cachedInputTokens: 16 }), stop,
  ],
  'vllm-reasoning': [['reasoning', '想'], ['reasoning', '想'], ['text', '答'], ['finish', 'length', 'length']],
  'kimi-usage': [['text', '好'], usage({ inputTokens: 8, outputTokens: 1, totalTokens: 9, cachedInputTokens: 3 }), stop],
  'error-in-stream': [['text', '部分'], ['error', 'endpoint/provider-error', 'overloaded']],
  'error-event': [['text', '部分'], ['error', 'endpoint/provider-error', 'upstream_timeout']],
  'done-only': [['text', '完'], ['finish', 'stop', undefined]],
  'finish-only': [['text', '完'], stop],
  'aimock-reasoning': [
    ['reasoning', '用户在打'], ['reasoning', '招呼'], ['text', '你好，世'], ['text', '界！'], usage({ inputTokens: 2, outputTokens: 2, totalTokens: 4 }), stop,
  ],
  'aimock-tools': [
    ['text', '查一下'], ...call('call_1', 'w', '{"ci', 'ty":', '"北京"', '}'), ...call('call_2', 'v', '{}'),
    usage({ inputTokens: 2, outputTokens: 5, totalTokens: 7 }), finishCalls,
  ],
  'cut-text': [['text', '未'], ['text', '完'], truncated],
  'portkey-openai-text': [['text', '你好，世界！\n"'], ['text', '舢板" 🛶'], usage({ inputTokens: 2, outputTokens: 4, totalTokens: 6 }), stop],
  'portkey-openai-tools': [['text', '查一下'], ...weatherCalls, usage({ inputTokens: 2, outputTokens: 5, totalTokens: 7 }), finishCalls],
  'portkey-openai-error': [['text', '部分'], ['error', 'endpoint/provider-error', 'overloaded']],
  // Drops the usage the provider reported.
  'portkey-deepseek-reasoning': [['reasoning', '用户想知道数目'], ['text', '三款'], stop],
  'portkey-anthropic-tools': [['text', '查一下'], ...weatherCalls, usage({ inputTokens: 0, outputTokens: 0, totalTokens: 0, cachedInputTokens: 0 }), finishCalls],
  // Counts what was written to the cache in the total only.
  'portkey-anthropic-usage': [['text', '部分'], usage({ inputTokens: 17, outputTokens: 9, totalTokens: 33, cachedInputTokens: 5 }), stop],
  // Makes a finish reason of the provider's error.
  'portkey-anthropic-error': [['text', '部分'], ['error', 'endpoint/provider-error', 'overloaded_error']],
  'portkey-anthropic-cut': [['text', '部分'], truncated],
  // Repeats the text in blocks of its own, and keeps the provider's word for the end.
  'portkey-anthropic-blocks': [['text', '三款'], usage({ inputTokens: 0, outputTokens: 0, totalTokens: 0, cachedInputTokens: 0 }), ['finish', 'stop', 'end_turn']],
  // Sends a single call where a list is due, and the index beside it.
  'portkey-cohere-tools': [['text', '查一下'], ...weatherCalls, usage({ inputTokens: 0, outputTokens: 0, totalTokens: 0 }), finishCalls],
  // Makes ids of its own, and finishes with `stop`.
  'portkey-google-tools': [
    ['text', '查一下'],
    ...call('portkey-92eb9b36-4d60-4662-aaac-cc64565bb868', 'w', '{"city":"北京"}'), ...call('portkey-0ae50e0d-9eeb-4b33-9d04-bf1985f5ddf7', 'v', '{}'),
    usage({ inputTokens: 8, outputTokens: 5, totalTokens: 13, reasoningTokens: 0 }), ['finish', 'tool-calls', 'stop'],
  ],
}

export const recordings: Recording[] = Object.keys(expected).map(name => ({
  name,
  bytes: new Uint8Array(readFileSync(new URL(name + '.sse', import.meta.url))),
  events: expected[name]!,
}))
