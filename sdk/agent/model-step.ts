import type { Observable } from 'rxjs'
import { addUsage } from './usage.js'
import type { PendingCall, RunState } from './run-state.js'
import type { ModelEvent, ModelRequest } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Message } from '../protocol/messages.js'
import { toJsonSchema } from '../protocol/schema.js'
import { concat, defer, of } from '../protocol/streams.js'
import { createTextBuffer, type TextBuffer } from '../protocol/text-buffer.js'
import { transform } from '../protocol/transform.js'

/** One call of the model: its events as agent events. Decides what the run does next. */
export function modelStep(state: RunState): Observable<AgentEvent> {
  return defer(() => {
    state.step += 1
    state.stepName = 'step-' + state.step
    const started: AgentEvent = { type: 'STEP_STARTED', stepName: state.stepName }
    const { model } = state.settings
    state.context.trace('model-call', { step: state.step })
    return concat(of(started), model(modelRequest(state), state.context).pipe(toAgentEvents(state)))
  })
}

function modelRequest(state: RunState): ModelRequest {
  const { settings, input, context } = state
  const { instructions, output } = settings
  const text = typeof instructions === 'function' ? instructions(input) : instructions
  const system: Message[] = text ? [{ id: 'instructions', role: 'system', content: text }] : []
  const tools = settings.descriptions().concat(input.tools.filter(tool => !settings.tools.has(tool.name)))
  return {
    ...settings.request,
    messages: system.concat(contextMessage(state), state.messages),
    tools: tools.length ? tools : undefined,
    output: output && { name: output.name, schema: toJsonSchema(output.schema) },
    logId: context.ids('log'),
  }
}

function contextMessage({ input }: RunState): Message[] {
  if (!input.context.length) return []
  const content = input.context.map(entry => entry.description + ':\n' + entry.value).join('\n\n')
  return [{ id: 'context', role: 'system', content }]
}

/** What one model call has said so far. */
interface Answer {
  readonly messageId: string
  readonly text: TextBuffer
  isTextOpen: boolean
  readonly reasoning: TextBuffer
  reasoningId: string
  readonly calls: Map<string, { name: string; args: TextBuffer }>
}

function toAgentEvents(state: RunState) {
  return transform<ModelEvent, AgentEvent>(emit => {
    const answer: Answer = {
      messageId: state.context.ids('message'),
      text: createTextBuffer(),
      isTextOpen: false,
      reasoning: createTextBuffer(),
      reasoningId: '',
      calls: new Map(),
    }
    return { next: event => (handlers[event.type] as Handler)(event, answer, emit, state) }
  })
}

type Emit = (event: AgentEvent) => void
type Handler<Type extends ModelEvent['type'] = any> = (
  event: Extract<ModelEvent, { type: Type }>,
  answer: Answer,
  emit: Emit,
  state: RunState,
) => void

const handlers: { [Type in ModelEvent['type']]: Handler<Type> } = {
  'text-delta'({ delta }, answer, emit) {
    if (!answer.isTextOpen) openText(answer, emit)
    answer.text.append(delta)
    emit({ type: 'TEXT_MESSAGE_CONTENT', messageId: answer.messageId, delta })
  },
  'reasoning-delta'({ delta }, answer, emit, state) {
    if (!answer.reasoningId) openReasoning(answer, emit, state)
    answer.reasoning.append(delta)
    emit({ type: 'REASONING_MESSAGE_CONTENT', messageId: answer.reasoningId, delta })
  },
  'tool-call-start'({ toolCallId, toolCallName }, answer, emit) {
    closeReasoning(answer, emit)
    answer.calls.set(toolCallId, { name: toolCallName, args: createTextBuffer() })
    emit({ type: 'TOOL_CALL_START', toolCallId, toolCallName, parentMessageId: answer.messageId })
  },
  'tool-call-delta'({ toolCallId, delta }, answer, emit) {
    answer.calls.get(toolCallId)?.args.append(delta)
    emit({ type: 'TOOL_CALL_ARGS', toolCallId, delta })
  },
  usage({ usage }, _answer, _emit, state) {
    state.usage = addUsage(state.usage, usage)
    state.context.budget.charge(usage)
  },
  finish({ reason, rawReason }, answer, emit, state) {
    closeReasoning(answer, emit)
    if (answer.isTextOpen) emit({ type: 'TEXT_MESSAGE_END', messageId: answer.messageId })
    answer.calls.forEach((_call, toolCallId) => emit({ type: 'TOOL_CALL_END', toolCallId }))
    state.finishReason = rawReason ?? reason
    settle(answer, state)
  },
  error({ error }) {
    // Thrown so that the run guard ends the run: it closes what is open and keeps what has arrived.
    throw error
  },
}

function openText(answer: Answer, emit: Emit): void {
  answer.isTextOpen = true
  closeReasoning(answer, emit)
  emit({ type: 'TEXT_MESSAGE_START', messageId: answer.messageId, role: 'assistant' })
}

function openReasoning(answer: Answer, emit: Emit, state: RunState): void {
  const messageId = (answer.reasoningId = state.context.ids('reasoning'))
  emit({ type: 'REASONING_START', messageId })
  emit({ type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' })
}

function closeReasoning(answer: Answer, emit: Emit): void {
  const messageId = answer.reasoningId
  if (!messageId) return
  answer.reasoningId = ''
  emit({ type: 'REASONING_MESSAGE_END', messageId })
  emit({ type: 'REASONING_END', messageId })
}

/** Puts the answer into the run's history and chooses the next phase. */
function settle(answer: Answer, state: RunState): void {
  const calls: PendingCall[] = Array.from(answer.calls, ([toolCallId, call]) => ({
    toolCallId,
    toolName: call.name,
    argsText: call.args.text(),
  }))
  const content = answer.text.text()
  const reasoning = answer.reasoning.text()
  if (reasoning) state.messages.push({ id: answer.messageId + '-reasoning', role: 'reasoning', content: reasoning })
  state.messages.push({
    id: answer.messageId,
    role: 'assistant',
    content: content || undefined,
    toolCalls: calls.length ? calls.map(toToolCall) : undefined,
  })
  state.lastText = content
  state.calls = calls
  state.phase = calls.length ? 'tools' : 'finish'
}

function toToolCall(call: PendingCall) {
  return { id: call.toolCallId, type: 'function' as const, function: { name: call.toolName, arguments: call.argsText } }
}
