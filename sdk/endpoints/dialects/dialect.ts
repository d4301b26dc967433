import { profiles, type Profile, type ProfileName } from './profiles.js'
import type { CompletionBody, Dialect } from '../../protocol/dialect.js'

/**
 * The dialect of a provider, for `openai` where there is no gateway: a gateway of Sampan fits requests itself.
 *
 * @param profile the name of one that comes with Sampan, or your own.
 * @example
 * openai({ connection, model: 'deepseek-v4', dialect: dialectOf('deepseek') })
 */
export function dialectOf(profile: ProfileName | Profile): Dialect {
  const known: Profile = typeof profile === 'string' ? profiles[profile] : profile
  const { provider, reasoningFields, jsonMode } = known
  return { provider, reasoningFields, jsonSchema: jsonMode === 'json_schema', fit: body => fitBody(body, known) }
}

/**
 * Writes a request as one provider wants it. What fits already stays as it is: to fit it once more changes nothing.
 *
 * @param body any chat completion; reasoning stands in `reasoning_content` or `reasoning` of answers.
 */
export function fitBody(body: CompletionBody, profile: Profile): CompletionBody {
  const { extraBody, extraBodyWithTools, includeUsage, maxTokensField } = profile
  const { tools, tool_choice, stream_options, max_tokens, max_completion_tokens, messages, response_format, ...rest } = body
  // Of a client that names both fields, the one that this provider takes counts.
  const limit = maxTokensField === 'max_tokens' ? max_tokens ?? max_completion_tokens : max_completion_tokens ?? max_tokens
  const offered = fitTools(tools, tool_choice, profile)
  return {
    ...extraBody,
    ...(offered.tools !== undefined && body.stream === true && extraBodyWithTools),
    ...given(maxTokensField === 'as-sent' ? { max_tokens, max_completion_tokens } : { [maxTokensField]: limit }),
    ...rest,
    ...fitFormat(messages, response_format, profile),
    ...offered,
    ...(includeUsage && given({ stream_options })),
  }
}

/** The fields that are there. */
function given(fields: CompletionBody): CompletionBody {
  const there: CompletionBody = {}
  for (const name of Object.keys(fields)) if (fields[name] !== undefined) there[name] = fields[name]
  return there
}

/** Tools and the choice among them, as far as the provider understands it. An empty list is an error to most. */
function fitTools(tools: unknown, choice: unknown, { toolChoices }: Profile): { tools?: unknown; tool_choice?: unknown } {
  const isKnown = toolChoices.includes(typeof choice === 'object' && choice ? 'named' : (choice as 'auto'))
  if (!Array.isArray(tools) || !tools.length || (choice === 'none' && !isKnown)) return {}
  return { tools, ...(isKnown && { tool_choice: choice }) }
}

/** The messages, and what the answer is to look like: in words where schemas are not understood. */
function fitFormat(messages: unknown, format: unknown, profile: Profile): { messages?: unknown; response_format?: unknown } {
  const fitted = Array.isArray(messages) ? messages.map(message => fitMessage(message, profile)) : messages
  if (format === undefined) return { messages: fitted }
  const { type, json_schema: asked } = Object(format) as { type?: string; json_schema?: { schema?: unknown } }
  if (type !== 'json_schema' || profile.jsonMode === 'json_schema') return { messages: fitted, response_format: format }
  const words = { role: 'system', content: 'Answer with JSON only, of this JSON Schema: ' + JSON.stringify(Object(asked).schema) }
  return { messages: Array.isArray(fitted) ? [words, ...fitted] : fitted, response_format: { type: 'json_object' } }
}

/** What an answer was reasoned by goes back as the provider wants it. Who speaks for the app has the role that all know. */
function fitMessage(message: unknown, profile: Profile): unknown {
  const { reasoningReplay, reasoningField, developerRole } = profile
  const { role } = Object(message) as { role?: unknown }
  if (role === 'developer' && !developerRole) return { ...(message as CompletionBody), role: 'system' }
  if (role !== 'assistant') return message
  const { reasoning_content, ...others } = message as CompletionBody
  if (reasoningReplay === 'drop-ours') return others
  const { reasoning, ...rest } = others
  const hasTools = Array.isArray(rest.tool_calls) && rest.tool_calls.length > 0
  const said = reasoning_content ?? reasoning ?? (reasoningReplay === 'keep-empty' ? '' : undefined)
  if (said === undefined || reasoningReplay === 'drop' || (reasoningReplay === 'keep-with-tools' && !hasTools)) return rest
  return { ...rest, [reasoningField]: said }
}
