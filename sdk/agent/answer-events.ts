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
    let answer = readFrom(state, emit)
    emit({ type: 'STEP_STARTED', stepName: stepName(state) })
    return event => {
      // What an endpoint of another version says besides is not for us.
      switch (event.type) {
        case 'text-delta':
          return answer.say(event.delta)
        case 'reasoning-delta':
          return answer.think(event.delta)
        case 'tool-call-start':
          return answer.call(event.toolCallId, event.toolCallName)
        case 'tool-call-delta':
          return answer.goOn(event.toolCallId, event.delta)
        case 'usage':
          return state.context.budget.charge(event.usage)
        case 'reset':
          // An answer that is read again after a kill may come without its false start, and its calls must have the ids they had.
          answer.end().forEach(({ id }) => state.callIds.delete(id))
          resetEvents(state, answer.id).forEach(emit)
          return void (answer = readFrom(state, emit))
        case 'error':
          // Thrown so that the run guard ends the run: it closes what is open and keeps what has arrived.
          throw event.error
        case 'finish':
          state.finish = event
          answer.settle(answer.end())
      }
    }
  })
}

/** What takes back a message of this step: for those who know us, and for those who do not. */
export function resetEvents({ messages }: RunState, messageId: string): AgentEvent[] {
  return [customEvent('sampan:step-reset', { messageId }), { type: 'MESSAGES_SNAPSHOT', messages: messages.slice() }]
}

interface OpenCall {
  /** The provider's id, or ours where the conversation has that one already. */
  readonly id: string
  readonly name: string
  readonly args: TextBuffer
}

/** An answer from its beginning. Text and thoughts open with their first delta; a thought is over when something else is said. */
function readFrom(state: RunState, emit: Emit) {
  const { context, logId, callIds, messages } = state
  const id = context.ids('message')
  const text = createTextBuffer()
  const thoughts = createTextBuffer()
  const calls: OpenCall[] = []
  const byProviderId = new Map<string, OpenCall>()
  let isTextOpen = false
  /** Of the first thought. In the history all thoughts are one message, under its id. */
  let firstThoughtId = ''
  let thoughtId = ''
  function endThought(): void {
    if (!thoughtId) return
    emit({ type: 'REASONING_MESSAGE_END', messageId: thoughtId })
    emit({ type: 'REASONING_END', messageId: thoughtId })
    thoughtId = ''
  }
  return {
    id,
    say(delta: string): void {
      if (!isTextOpen) {
        isTextOpen = true
        endThought()
        emit({ type: 'TEXT_MESSAGE_START', messageId: id, role: 'assistant' })
      }
      text.append(delta)
      emit({ type: 'TEXT_MESSAGE_CONTENT', messageId: id, delta })
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
    call(providerId: string, toolCallName: string): void {
      const before = byProviderId.get(providerId)
      // The same head twice is one call; after arguments, or for another tool, it is a second call with a borrowed id.
      if (before && before.name === toolCallName && !before.args.text()) return
      endThought()
      // Some providers number the calls of each answer from 0. An answer that is read again has the same calls as before.
      const toolCallId = providerId && !callIds.has(providerId) ? providerId : 'call-' + calls.length + '-' + logId
      const call: OpenCall = { id: toolCallId, name: toolCallName, args: createTextBuffer() }
      callIds.add(toolCallId)
      byProviderId.set(providerId, call)
      calls.push(call)
      emit({ type: 'TOOL_CALL_START', toolCallId, toolCallName, parentMessageId: id })
    },
    goOn(providerId: string, delta: string): void {
      const call = byProviderId.get(providerId)
      if (!call) return
      call.args.append(delta)
      emit({ type: 'TOOL_CALL_ARGS', toolCallId: call.id, delta })
    },
    /** Closes what is open. */
    end(): ToolCall[] {
      endThought()
      if (isTextOpen) emit({ type: 'TEXT_MESSAGE_END', messageId: id })
      return calls.map(({ id, name, args }) => {
        emit({ type: 'TOOL_CALL_END', toolCallId: id })
        return { id, type: 'function', function: { name, arguments: args.text() } }
      })
    },
    /** Puts the answer into the run's history and chooses the next phase. */
    settle(toolCalls: ToolCall[]): void {
      const { reason, rawReason = reason } = state.finish
      const content = text.text() || undefined
      if (!content && !toolCalls.length && reason !== 'stop') {
        throw new SampanError('endpoint/provider-error', 'The model gave no answer (' + rawReason + ').', { providerCode: rawReason, retryable: true })
      }
      if (firstThoughtId) messages.push({ id: firstThoughtId, role: 'reasoning', content: thoughts.text() })
      messages.push({ id, role: 'assistant', content, toolCalls: toolCalls.length ? toolCalls : undefined })
      state.calls = toolCalls
      state.phase = toolCalls.length ? 'tools' : 'afterStep'
    },
  }
}
