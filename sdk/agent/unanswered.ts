import { hasBegun } from './ledger.js'
import type { PendingCall, RunState } from './run-state.js'
import { unknownOutcome } from './tool-outcome.js'
import type { ToolLedger } from '../contracts.js'
import type { Message } from '../protocol/messages.js'

/** Tool calls of the last answer that have no result yet. */
export function unansweredCalls(messages: readonly Message[]): PendingCall[] {
  const answered = new Set<string>()
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i]!
    if (message.role === 'tool') answered.add(message.toolCallId)
    else if (message.role === 'assistant' && message.toolCalls) {
      return message.toolCalls
        .filter(call => !answered.has(call.id))
        .map(call => ({ toolCallId: call.id, toolName: call.function.name, argsText: call.function.arguments }))
    } else if (message.role === 'user') return []
  }
  return []
}

/**
 * Gives calls that nobody answered a result, so that no model refuses the history for their sake.
 * @param except calls that are being answered now.
 */
export function settleUnanswered(state: RunState, except: readonly PendingCall[] = []): void {
  const open = unansweredIn(state.messages)
  except.forEach(call => open.delete(call.toolCallId))
  if (!open.size) return
  const { ledger } = state.context
  state.messages = state.messages.reduce<Message[]>((list, message) => {
    list.push(message)
    if (message.role === 'assistant') {
      message.toolCalls?.forEach(call => open.delete(call.id) && list.push(settledResult(call.id, ledger)))
    }
    return list
  }, [])
}

function unansweredIn(messages: readonly Message[]): Set<string> {
  const open = new Set<string>()
  for (const message of messages) {
    if (message.role === 'assistant') message.toolCalls?.forEach(call => open.add(call.id))
    else if (message.role === 'tool') open.delete(message.toolCallId)
  }
  return open
}

/** What the ledger knows of a call: the app may have died after the effect and before its result was stored. */
function settledResult(toolCallId: string, ledger: ToolLedger): Message {
  const entry = ledger.get(toolCallId)
  const id = 'result-' + toolCallId
  if (entry?.result !== undefined) return { id, role: 'tool', toolCallId, content: entry.result }
  const content = hasBegun(entry) ? unknownOutcome.content : 'Error: this tool was not executed.'
  return { id, role: 'tool', toolCallId, content, error: content }
}
