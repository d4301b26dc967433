import type { OperatorFunction } from 'rxjs'
import { readAnswer } from './read-answer.js'
import { stepName, type RunState } from './run-state.js'
import type { ModelEvent } from '../contracts.js'
import { SampanError } from '../errors.js'
import { customEvent } from '../protocol/custom-events.js'
import type { AgentEvent } from '../protocol/events.js'
import type { ToolCall } from '../protocol/messages.js'
import { createTextBuffer, type TextBuffer } from '../protocol/text-buffer.js'

type Emit = (event: AgentEvent) => void

/** What one model call says, as events of the run. Its end goes into the run's history and decides what comes next. */
export function toAgentEvents(state: RunState): OperatorFunction<ModelEvent, AgentEvent> {
  return readAnswer<AgentEvent>(emit => {
    const { context } = state
    let { id, speech, calls } = readFrom(state, emit)
    emit({ type: 'STEP_STARTED', stepName: stepName(state) })
    return event => {
      // What an endpoint of another version says besides is not for us.
      switch (event.type) {
        case 'text-delta':
          return speech.say(event.delta)
        case 'reasoning-delta':
          return speech.think(event.delta)
        case 'tool-call-start':
          return calls.start(event.toolCallId, event.toolCallName)
        case 'tool-call-delta':
          return calls.goOn(event.toolCallId, event.delta)
        case 'usage':
          return context.budget.charge(event.usage)
        case 'reset':
          speech.end()
          // An answer that is read again after a kill may come without its false start, and its calls must have the ids they had.
          calls.end().forEach(call => state.callIds.delete(call.id))
          resetEvents(state, id).forEach(emit)
          return void ({ id, speech, calls } = readFrom(state, emit))
        case 'error':
          // Thrown so that the run guard ends the run: it closes what is open and keeps what has arrived.
          throw event.error
        case 'finish':
          state.finish = event
          settle(state, id, speech.end(), calls.end())
      }
    }
  })
}

/** An answer from its beginning. */
function readFrom(state: RunState, emit: Emit) {
  const id = state.context.ids('message')
  const speech = readSpeech(state, id, emit)
  return { id, speech, calls: readCalls(state, id, emit, speech.endThought) }
}

/** What takes back a message of this step: for those who know us, and for those who do not. */
export function resetEvents({ messages }: RunState, messageId: string): AgentEvent[] {
  return [customEvent('sampan:step-reset', { messageId }), { type: 'MESSAGES_SNAPSHOT', messages: messages.slice() }]
}

interface Speech {
  /** Of the first thought. In the history all thoughts are one message, under its id. */
  readonly thoughtId: string
  readonly thoughts: string
  readonly text: string
}

/** Text and thoughts: each opens with its first delta, and a thought is over when something else is said. */
function readSpeech({ context }: RunState, messageId: string, emit: Emit) {
  const text = createTextBuffer()
  const thoughts = createTextBuffer()
  let isTextOpen = false
  let firstThoughtId = ''
  let thoughtId = ''
  function endThought(): void {
    if (!thoughtId) return
    emit({ type: 'REASONING_MESSAGE_END', messageId: thoughtId })
    emit({ type: 'REASONING_END', messageId: thoughtId })
    thoughtId = ''
  }
  return {
    endThought,
    say(delta: string): void {
      if (!isTextOpen) {
        isTextOpen = true
        endThought()
        emit({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' })
      }
      text.append(delta)
      emit({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
    },
    think(delta: string): void {
      if (!thoughtId) {
        thoughtId = context.ids('reasoning')
        firstThoughtId = firstThoughtId || thoughtId
        emit({ type: 'REASONING_START', messageId: thoughtId })
        emit({ type: 'REASONING_MESSAGE_START', messageId: thoughtId, role: 'reasoning' })
      }
      thoughts.append(delta)
      emit({ type: 'REASONING_MESSAGE_CONTENT', messageId: thoughtId, delta })
    },
    end(): Speech {
      endThought()
      if (isTextOpen) emit({ type: 'TEXT_MESSAGE_END', messageId })
      return { thoughtId: firstThoughtId, thoughts: thoughts.text(), text: text.text() }
    },
  }
}

interface OpenCall {
  /** The provider's id, or ours where the conversation has that one already. */
  readonly id: string
  readonly name: string
  readonly args: TextBuffer
}

function readCalls({ logId, callIds }: RunState, parentMessageId: string, emit: Emit, opens: () => void) {
  const calls: OpenCall[] = []
  const byProviderId = new Map<string, OpenCall>()
  return {
    start(providerId: string, toolCallName: string): void {
      const before = byProviderId.get(providerId)
      // The same head twice is one call; after arguments, or for another tool, it is a second call with a borrowed id.
      if (before && before.name === toolCallName && !before.args.text()) return
      opens()
      // Some providers number the calls of each answer from 0. An answer that is read again has the same calls as before.
      const toolCallId = providerId && !callIds.has(providerId) ? providerId : 'call-' + calls.length + '-' + logId
      const call: OpenCall = { id: toolCallId, name: toolCallName, args: createTextBuffer() }
      callIds.add(toolCallId)
      byProviderId.set(providerId, call)
      calls.push(call)
      emit({ type: 'TOOL_CALL_START', toolCallId, toolCallName, parentMessageId })
    },
    goOn(providerId: string, delta: string): void {
      const call = byProviderId.get(providerId)
      if (!call) return
      call.args.append(delta)
      emit({ type: 'TOOL_CALL_ARGS', toolCallId: call.id, delta })
    },
    end(): ToolCall[] {
      return calls.map(({ id, name, args }) => {
        emit({ type: 'TOOL_CALL_END', toolCallId: id })
        return { id, type: 'function', function: { name, arguments: args.text() } }
      })
    },
  }
}

/** Puts the answer into the run's history and chooses the next phase. */
function settle(state: RunState, id: string, { thoughtId, thoughts, text: content }: Speech, calls: ToolCall[]): void {
  const { reason, rawReason = reason } = state.finish
  const hasCalls = calls.length > 0
  if (!content && !hasCalls && reason !== 'stop') {
    throw new SampanError('endpoint/provider-error', 'The model gave no answer (' + rawReason + ').', { providerCode: rawReason, retryable: true })
  }
  const { messages } = state
  if (thoughts) messages.push({ id: thoughtId, role: 'reasoning', content: thoughts })
  messages.push({ id, role: 'assistant', content: content || undefined, toolCalls: hasCalls ? calls : undefined })
  state.calls = calls
  state.phase = hasCalls ? 'tools' : 'afterStep'
}
