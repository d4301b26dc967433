import type { Wire } from '../../harness/contender.js'

// What the hand-written references read out of a parsed payload, and nothing more.

export type ReadDelta = (payload: any, eventName: string) => string | null | undefined

export const textOf: Record<Wire, ReadDelta> = {
  openai: payload => payload.choices[0]?.delta.content,
  agui: payload => payload.type === 'TEXT_MESSAGE_CONTENT' ? payload.delta : undefined,
  coze: (payload, eventName) => eventName === 'conversation.message.delta' ? payload.content : undefined
}

export const argumentsOf: Record<Wire, ReadDelta> = {
  openai: payload => payload.choices[0]?.delta.tool_calls?.[0].function.arguments,
  agui: payload => payload.type === 'TOOL_CALL_ARGS' ? payload.delta : undefined,
  coze: () => undefined
}
