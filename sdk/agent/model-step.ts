import type { Observable } from 'rxjs'
import { readAnswer } from './read-answer.js'
import type { PendingCall, RunState } from './run-state.js'
import { addUsage } from './usage.js'
import type { ModelEvent, ModelRequest } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Message } from '../protocol/messages.js'
import { concat, defer, of } from '../protocol/streams.js'
import { createTextBuffer, type TextBuffer } from '../protocol/text-buffer.js'

/** One call of the model: its events as agent events. Decides what the run does next. */
export function modelStep(state: RunState): Observable<AgentEvent> {
  return defer(() => {
    state.step += 1
    state.stepName = 'step-' + state.step
    const started: AgentEvent = { type: 'STEP_STARTED', stepName: state.stepName }
    const { model } = state.settings
    state.context.trace('model-call', { step: state.step })
    return concat(of(started), defer(() => model(modelRequest(state), state.context).pipe(toAgentEvents(state))))
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
    output: output && { name: output.name, schema: output.json() },
    logId: context.ids('log'),
  }
}

function contextMessage({ input }: RunState): Message[] {
  if (!input.context.length) return []
  const content = input.context.map(entry => entry.description + ':\n' + entry.value).join('\n\n')
  return [{ id: 'context', role: 'system', content }]
}

interface OpenCall {
  /** The provider's id, or ours where it has used that one before. */
  readonly toolCallId: string
  readonly name: string
  readonly args: TextBuffer
  hasArgs: boolean
}

/** What one model call has said so far. */
interface Answer {
  readonly messageId: string
  readonly text: TextBuffer
  isTextOpen: boolean
  readonly reasoning: TextBuffer
  /** Of the first thought: it names the message in the history. */
  firstReasoningId: string
  reasoningId: string
  readonly calls: OpenCall[]
  readonly byProviderId: Map<string, OpenCall>
}

function toAgentEvents(state: RunState) {
  return readAnswer<AgentEvent>(emit => {
    const answer = createAnswer(state)
    return event => {
      const handler = handlers[event.type] as Handler | undefined
      // What an endpoint of another version says besides is not for us.
      if (handler) handler(event, answer, emit, state)
    }
  })
}

function createAnswer(state: RunState): Answer {
  return {
    messageId: state.context.ids('message'),
    text: createTextBuffer(),
    isTextOpen: false,
    reasoning: createTextBuffer(),
    firstReasoningId: '',
    reasoningId: '',
    calls: [],
    byProviderId: new Map(),
  }
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
  'tool-call-start'({ toolCallId: providerId, toolCallName }, answer, emit, state) {
    const before = answer.byProviderId.get(providerId)
    // The same head twice is one call; after arguments, or for another tool, it is a second call with a borrowed id.
    if (before && before.name === toolCallName && !before.hasArgs) return
    closeReasoning(answer, emit)
    const toolCallId = uniqueCallId(state, providerId)
    const call: OpenCall = { toolCallId, name: toolCallName, args: createTextBuffer(), hasArgs: false }
    answer.calls.push(call)
    answer.byProviderId.set(providerId, call)
    emit({ type: 'TOOL_CALL_START', toolCallId, toolCallName, parentMessageId: answer.messageId })
  },
  'tool-call-delta'({ toolCallId: providerId, delta }, answer, emit) {
    const call = answer.byProviderId.get(providerId)
    if (!call) return
    call.args.append(delta)
    call.hasArgs = true
    emit({ type: 'TOOL_CALL_ARGS', toolCallId: call.toolCallId, delta })
  },
  usage({ usage }, _answer, _emit, state) {
    state.usage = addUsage(state.usage, usage)
    state.context.budget.charge(usage)
  },
  finish({ reason, rawReason }, answer, emit, state) {
    closeReasoning(answer, emit)
    if (answer.isTextOpen) emit({ type: 'TEXT_MESSAGE_END', messageId: answer.messageId })
    answer.calls.forEach(({ toolCallId }) => emit({ type: 'TOOL_CALL_END', toolCallId }))
    state.finishReason = reason
    state.rawFinishReason = rawReason
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
  answer.firstReasoningId = answer.firstReasoningId || messageId
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

/** Some providers number the calls of each answer from 0: an id that the conversation already has gets one of ours. */
function uniqueCallId(state: RunState, providerId: string): string {
  const ids = (state.callIds ??= callIdsOf(state.messages))
  const id = providerId && !ids.has(providerId) ? providerId : state.context.ids('call')
  ids.add(id)
  return id
}

function callIdsOf(messages: readonly Message[]): Set<string> {
  const ids = new Set<string>()
  for (const message of messages) if (message.role === 'assistant') message.toolCalls?.forEach(call => ids.add(call.id))
  return ids
}

/** Puts the answer into the run's history and chooses the next phase. */
function settle(answer: Answer, state: RunState): void {
  const calls = answer.calls.map<PendingCall>(({ toolCallId, name, args }) => ({ toolCallId, toolName: name, argsText: args.text() }))
  const content = answer.text.text()
  const reason = state.finishReason
  if (!content && !calls.length && reason !== 'stop') {
    const word = state.rawFinishReason ?? reason
    throw new SampanError('endpoint/provider-error', 'The model gave no answer (' + word + ').', { providerCode: word, retryable: true })
  }
  const reasoning = answer.reasoning.text()
  if (reasoning) state.messages.push({ id: answer.firstReasoningId, role: 'reasoning', content: reasoning })
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
