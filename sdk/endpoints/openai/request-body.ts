import type { Profile } from './profiles.js'
import type { ModelRequest } from '../../contracts.js'
import { contentText, type ContentPart, type Message } from '../../protocol/messages.js'

type Body = Record<string, unknown>

/** A model request as the JSON body of a chat completion. */
export function requestBody(request: ModelRequest, model: string, profile: Profile): Body {
  const { output, temperature, maxOutputTokens, extra } = request
  const hasSchemas = profile.jsonMode === 'json_schema'
  const tools = wireTools(request, profile)
  return {
    model,
    messages: wireMessages(request, hasSchemas, profile),
    stream: true,
    stream_options: profile.includeUsage ? { include_usage: true } : undefined,
    ...tools,
    response_format: output && { type: profile.jsonMode, json_schema: hasSchemas ? output : undefined },
    temperature,
    [profile.maxTokensField]: maxOutputTokens,
    ...profile.extraBody,
    ...(tools && profile.extraBodyWithTools),
    ...extra,
  }
}

const callable = (fields: object): Body => ({ type: 'function', function: fields })

/** Tools and the choice among them, as far as the provider understands it. An empty list is an error to most. */
function wireTools({ tools, toolChoice }: ModelRequest, { toolChoices }: Profile): Body | undefined {
  const named = typeof toolChoice === 'object' && callable({ name: toolChoice.toolName })
  const isKnown = toolChoices.indexOf(named ? 'named' : (toolChoice as 'auto')) >= 0
  if (!tools || !tools.length || (toolChoice === 'none' && !isKnown)) return undefined
  return {
    tools: tools.map(({ name, description, parameters }) => callable({ name, description, parameters })),
    tool_choice: isKnown ? named || toolChoice : undefined,
  }
}

function wireMessages({ messages, output }: ModelRequest, hasSchemas: boolean, profile: Profile): Body[] {
  const wire: Body[] = []
  if (output && !hasSchemas) wire.push({ role: 'system', content: 'Answer with JSON only, of this JSON Schema: ' + JSON.stringify(output.schema) })
  let reasoning: string | undefined
  for (const message of messages) {
    if (message.role === 'reasoning') reasoning = (reasoning || '') + message.content
    else if (message.role !== 'activity') {
      wire.push(wireMessage(message, reasoning, profile))
      reasoning = undefined
    }
  }
  return wire
}

function wireMessage(message: Exclude<Message, { role: 'reasoning' | 'activity' }>, reasoning: string | undefined, profile: Profile): Body {
  const { role, content } = message
  if (role === 'tool') return { role, tool_call_id: message.toolCallId, content: contentText(content) }
  if (role === 'user') return { role, content: typeof content === 'string' ? content : (content as ContentPart[]).map(wirePart) }
  if (role !== 'assistant') return { role: 'system', content }
  const { toolCalls = [] } = message
  const hasTools = toolCalls.length > 0
  const body: Body = {
    role,
    content: content ?? (hasTools ? null : ''),
    tool_calls: hasTools ? toolCalls.map(({ id, type, function: called }) => ({ id, type, function: called })) : undefined,
  }
  const replay = profile.reasoningReplay
  if (replay === 'keep-empty') reasoning = reasoning || ''
  if (replay !== 'drop' && (hasTools || replay !== 'keep-with-tools')) body[profile.reasoningField] = reasoning
  return body
}

function wirePart(part: ContentPart): Body {
  const { type } = part
  if (type === 'text') return { type, text: part.text }
  const { source } = part
  const url = source.type === 'data' ? 'data:' + source.mimeType + ';base64,' + source.value : source.value
  return type === 'image' ? { type: 'image_url', image_url: { url } } : { type: 'file', file: { file_data: url } }
}
