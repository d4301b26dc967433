import type { ModelRequest } from '../../contracts.js'
import type { CompletionBody } from '../../protocol/dialect.js'
import { contentText, type ContentPart, type Message } from '../../protocol/messages.js'

/**
 * A model request as the JSON body of a chat completion, as OpenAI describes it.
 *
 * @param keeps whether what an answer was reasoned by goes back to the model, of one that called tools or did not.
 */
export function requestBody(request: ModelRequest, model: string, keeps: (hasTools: boolean) => boolean): CompletionBody {
  const { messages, tools, toolChoice, output, temperature, maxOutputTokens, extra } = request
  return {
    model,
    messages: wireMessages(messages, keeps),
    stream: true,
    stream_options: { include_usage: true },
    // An empty list is an error to most.
    ...(tools && tools.length && {
      tools: tools.map(({ name, description, parameters }) => callable({ name, description, parameters })),
      tool_choice: typeof toolChoice === 'object' ? callable({ name: toolChoice.toolName }) : toolChoice,
    }),
    response_format: output && { type: 'json_schema', json_schema: output },
    temperature,
    max_tokens: maxOutputTokens,
    ...extra,
  }
}

const callable = (fields: object): CompletionBody => ({ type: 'function', function: fields })

function wireMessages(messages: readonly Message[], keeps: (hasTools: boolean) => boolean): CompletionBody[] {
  const wire: CompletionBody[] = []
  let reasoning: string | undefined
  for (const message of messages) {
    if (message.role === 'reasoning') reasoning = (reasoning || '') + message.content
    else if (message.role !== 'activity') {
      const body = wireMessage(message)
      if (body.role === 'assistant' && keeps(!!body.tool_calls)) body.reasoning_content = reasoning
      wire.push(body)
      reasoning = undefined
    }
  }
  return wire
}

function wireMessage(message: Exclude<Message, { role: 'reasoning' | 'activity' }>): CompletionBody {
  const { role, content } = message
  if (role === 'tool') return { role, tool_call_id: message.toolCallId, content: contentText(content) }
  if (role === 'user') return { role, content: typeof content === 'string' ? content : (content as ContentPart[]).map(wirePart) }
  if (role !== 'assistant') return { role: 'system', content }
  const { toolCalls = [] } = message
  const hasTools = toolCalls.length > 0
  return {
    role,
    content: content ?? (hasTools ? null : ''),
    tool_calls: hasTools ? toolCalls.map(({ id, type, function: called }) => ({ id, type, function: called })) : undefined,
  }
}

function wirePart(part: ContentPart): CompletionBody {
  const { type } = part
  if (type === 'text') return { type, text: part.text }
  const { source } = part
  const url = source.type === 'data' ? 'data:' + source.mimeType + ';base64,' + source.value : source.value
  return type === 'image' ? { type: 'image_url', image_url: { url } } : { type: 'file', file: { file_data: url } }
}
