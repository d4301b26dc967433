import type { Profile } from './profiles.js'
import type { ModelRequest } from '../../contracts.js'
import { contentText, type ContentPart, type Message } from '../../protocol/messages.js'

type Body = Record<string, unknown>

/** A model request as the JSON body of a chat completion. */
export function requestBody(request: ModelRequest, model: string, profile: Profile): Body {
  const { output, temperature, maxOutputTokens, extra } = request
  const tools = wireTools(request, profile)
  return {
    model,
    messages: wireMessages(request, profile),
    stream: true,
    stream_options: profile.includeUsage ? { include_usage: true } : undefined,
    ...tools,
    response_format: output && responseFormat(output, profile),
    temperature,
    [profile.maxTokensField]: maxOutputTokens,
    ...profile.extraBody,
    ...(tools && profile.extraBodyWithTools),
    ...extra,
  }
}

/** Tools and the choice among them, as far as the provider understands it. An empty list is an error to most. */
function wireTools({ tools, toolChoice }: ModelRequest, { toolChoices }: Profile): Body | undefined {
  const isNamed = typeof toolChoice === 'object'
  const isKnown = toolChoice !== undefined && toolChoices.indexOf(isNamed ? 'named' : toolChoice) >= 0
  if (!tools?.length || (toolChoice === 'none' && !isKnown)) return undefined
  return {
    tools: tools.map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters } })),
    tool_choice: !isKnown ? undefined : isNamed ? { type: 'function', function: { name: toolChoice.toolName } } : toolChoice,
  }
}

function responseFormat({ name, schema }: NonNullable<ModelRequest['output']>, profile: Profile): Body {
  if (profile.jsonMode === 'json_object') return { type: 'json_object' }
  return { type: 'json_schema', json_schema: { name, schema } }
}

function wireMessages({ messages, output }: ModelRequest, profile: Profile): Body[] {
  const wire: Body[] = []
  if (output && profile.jsonMode === 'json_object') {
    wire.push({ role: 'system', content: 'Answer with JSON only, of this JSON Schema: ' + JSON.stringify(output.schema) })
  }
  let reasoning: string | undefined
  for (const message of messages) {
    if (message.role === 'reasoning') reasoning = (reasoning ?? '') + message.content
    else if (message.role !== 'activity') {
      wire.push(wireMessage(message, reasoning, profile))
      reasoning = undefined
    }
  }
  return wire
}

function wireMessage(message: Exclude<Message, { role: 'reasoning' | 'activity' }>, reasoning: string | undefined, profile: Profile): Body {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: contentText(message.content) }
  if (message.role === 'user') return { role: 'user', content: userContent(message.content) }
  if (message.role !== 'assistant') return { role: 'system', content: message.content }
  const { content, toolCalls = [] } = message
  const hasTools = toolCalls.length > 0
  const body: Body = { role: 'assistant', content: content ?? (hasTools ? null : '') }
  if (hasTools) body.tool_calls = toolCalls.map(({ id, function: called }) => ({ id, type: 'function', function: called }))
  const replayed = replayedReasoning(reasoning, hasTools, profile)
  if (replayed !== undefined) body[profile.reasoningField] = replayed
  return body
}

function replayedReasoning(reasoning: string | undefined, hasTools: boolean, { reasoningReplay }: Profile): string | undefined {
  if (reasoningReplay === 'keep-empty') return reasoning ?? ''
  if (reasoningReplay === 'keep') return reasoning
  return reasoningReplay === 'keep-with-tools' && hasTools ? reasoning : undefined
}

function userContent(content: string | ContentPart[]): unknown {
  if (typeof content === 'string') return content
  return content.map(part => {
    if (part.type === 'text') return { type: 'text', text: part.text }
    const { source } = part
    const url = source.type === 'data' ? 'data:' + source.mimeType + ';base64,' + source.value : source.value
    return part.type === 'image' ? { type: 'image_url', image_url: { url } } : { type: 'file', file: { file_data: url } }
  })
}
