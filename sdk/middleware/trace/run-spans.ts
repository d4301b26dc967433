import type { Attributes } from './otlp.js'
import type { Span, SpanLog } from './span-log.js'
import type { RunInput } from '../../contracts.js'
import type { AgentEvent } from '../../protocol/events.js'
import { contentText, type TokenUsage } from '../../protocol/messages.js'

export interface RunSpansOptions {
  readonly input: RunInput
  readonly agentName: string
  /** Whether texts, arguments and results are written too. */
  readonly content: boolean
}

/** An agent at work: the run itself, or a run inside it. */
interface Level { readonly span: Span; chat?: Span | undefined; said: string }

/** Turns the events of a run into spans: one for the agent, one for each call of a model, one for each tool. */
export class RunSpans {
  private readonly root: Level
  private readonly levels = new Map<string, Level>()
  private readonly tools = new Map<string, Span>()
  /** Of calls, by id: the tool, and the arguments if they are wanted. */
  private readonly names: Map<string, string>
  private readonly args = new Map<string, string>()
  private lastChat: Span | undefined

  constructor(private readonly log: SpanLog, private readonly options: RunSpansOptions) {
    const { input, agentName, content } = options
    this.names = callNames(input)
    this.root = this.openAgent(agentName, undefined)
    const { attributes } = this.root.span
    attributes['sampan.run.id'] = input.runId
    if (content) attributes['gen_ai.input.messages'] = JSON.stringify(input.messages.map(messageOf))
  }

  see(event: AgentEvent): void {
    const level = this.levels.get((event as { subagentRunId?: string }).subagentRunId ?? '') ?? this.root
    const { log, args, names, options: { content } } = this
    switch (event.type) {
      case 'STEP_STARTED':
        return this.openChat(level)
      case 'STEP_FINISHED':
        return level.chat && log.close(level.chat)
      case 'TEXT_MESSAGE_CONTENT':
        return void (content && (level.said += event.delta))
      case 'TEXT_MESSAGE_END':
        return this.modelSpoke(level)
      case 'TOOL_CALL_START':
        return void names.set(event.toolCallId, event.toolCallName)
      case 'TOOL_CALL_ARGS':
        return void (content && args.set(event.toolCallId, (args.get(event.toolCallId) ?? '') + event.delta))
      case 'TOOL_CALL_END':
        this.modelSpoke(level)
        return void this.openTool(event.toolCallId, level)
      case 'TOOL_CALL_RESULT':
        return this.closeTool(event, level)
      case 'SUBAGENT_STARTED':
        return this.openSubagent(event)
      case 'SUBAGENT_FINISHED':
        return this.closeSubagent(event.subagentRunId)
      case 'SUBAGENT_ERROR':
        return this.closeSubagent(event.subagentRunId, event.code ?? '_OTHER')
      case 'RUN_ERROR':
        return this.end(event.usage, 'error', event.code ?? '_OTHER')
      case 'RUN_FINISHED':
        return this.end(event.usage, event.outcome?.type ?? 'success')
    }
  }

  /** A call of a model has been counted. It belongs to the call that was the last to begin. */
  charge(usage: TokenUsage): void {
    const chat = this.lastChat
    if (!chat) return
    chat.name = 'chat ' + usage.model
    Object.assign(chat.attributes, { 'gen_ai.provider.name': usage.provider, 'gen_ai.response.model': usage.model }, usageAttributes([usage]))
  }

  /** Something happened that is no event: it is noted where it happened. */
  note(name: string, attributes: Attributes): void {
    this.log.note(this.lastChat ?? this.root.span, name, attributes)
  }

  /** The run says no more, and has not said how it ended. */
  leave(outcome: 'cancelled' | 'left'): void {
    this.end([], outcome)
  }

  private openAgent(name: string, parent: Span | undefined): Level {
    const attributes = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': name, 'gen_ai.conversation.id': this.options.input.threadId }
    return { span: this.log.open('invoke_agent ' + name, parent, attributes), said: '' }
  }

  private openChat(level: Level): void {
    const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.conversation.id': this.options.input.threadId }
    this.lastChat = level.chat = this.log.open('chat', level.span, attributes, 3)
  }

  /** A model is done when the last thing it said is closed: how long its tools take is not its time. */
  private modelSpoke({ chat }: Level): void {
    if (!chat) return
    chat.endMs = undefined
    this.log.close(chat)
  }

  private openTool(id: string, { span }: Level): Span {
    const name = this.names.get(id) ?? 'unknown'
    const attributes = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name, 'gen_ai.tool.call.id': id, 'gen_ai.tool.type': 'function' }
    const tool = this.log.open('execute_tool ' + name, span, attributes)
    if (this.options.content) tool.attributes['gen_ai.tool.call.arguments'] = this.args.get(id)
    this.tools.set(id, tool)
    return tool
  }

  private closeTool({ toolCallId, content, metadata }: Extract<AgentEvent, { type: 'TOOL_CALL_RESULT' }>, level: Level): void {
    // One that was approved was called in the run before.
    const tool = this.tools.get(toolCallId) ?? this.openTool(toolCallId, level)
    if (this.options.content) tool.attributes['gen_ai.tool.call.result'] = contentText(content)
    this.log.close(tool, metadata?.sampan?.error as string | undefined)
  }

  private openSubagent({ subagentRunId, name, parentSubagentRunId = '', parentToolCallId = '' }: Extract<AgentEvent, { type: 'SUBAGENT_STARTED' }>): void {
    const parent = this.tools.get(parentToolCallId) ?? this.levels.get(parentSubagentRunId)?.span ?? this.root.span
    this.levels.set(subagentRunId, this.openAgent(name, parent))
  }

  private closeSubagent(id: string, errorType?: string): void {
    const level = this.levels.get(id)
    if (level) this.closeAgent(level, errorType)
    this.levels.delete(id)
  }

  private closeAgent({ span, chat, said }: Level, errorType?: string): void {
    if (this.options.content) span.attributes['gen_ai.output.messages'] = JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: said }] }])
    // The step is closed by then, but what kept the answer from coming was its model.
    if (chat) this.log.close(chat, /^(transport|endpoint|protocol)\//.test(errorType ?? '') ? errorType : undefined)
    this.log.close(span, errorType)
  }

  private end(usage: readonly TokenUsage[] = [], outcome: string, errorType?: string): void {
    Object.assign(this.root.span.attributes, usageAttributes(usage), { 'sampan.run.outcome': outcome })
    this.closeAgent(this.root, errorType)
  }
}

/** The tools of calls that an earlier run made. */
function callNames({ messages }: RunInput): Map<string, string> {
  const names = new Map<string, string>()
  for (const message of messages) if (message.role === 'assistant') message.toolCalls?.forEach(call => names.set(call.id, call.function.name))
  return names
}

function messageOf(message: RunInput['messages'][number]): unknown {
  return { role: message.role, parts: [{ type: 'text', content: message.role === 'activity' ? '' : contentText(message.content) }] }
}

const COUNTS = { inputTokens: 'input_tokens', outputTokens: 'output_tokens', cachedInputTokens: 'cache_read.input_tokens', reasoningTokens: 'reasoning.output_tokens' } as const

function usageAttributes(usages: readonly TokenUsage[]): Attributes {
  const attributes: Attributes = {}
  for (const name of Object.keys(COUNTS) as (keyof typeof COUNTS)[]) {
    for (const usage of usages) {
      const key = 'gen_ai.usage.' + COUNTS[name]
      if (usage[name] !== undefined) attributes[key] = ((attributes[key] as number | undefined) ?? 0) + usage[name]!
    }
  }
  return attributes
}
