import type { OperatorFunction } from 'rxjs'
import { SampanError } from '../../errors.js'
import type { AgentEvent } from '../../protocol/events.js'
import { frameText, type Frame } from '../../protocol/frames.js'
import { parseJson } from '../../protocol/json.js'
import { own } from '../../protocol/own.js'
import { transform } from '../../protocol/transform.js'
import { isPassingStatus, readError } from '../../transport/failures.js'

/** The fields each event must have: texts, or with `[]` lists of objects. An event that is not here is none of AG-UI 1.0's. */
const FIELDS: { readonly [Type in AgentEvent['type']]: string } = {
  RUN_STARTED: 'threadId runId',
  RUN_FINISHED: 'threadId runId',
  RUN_ERROR: 'message',
  STEP_STARTED: 'stepName',
  STEP_FINISHED: 'stepName',
  TEXT_MESSAGE_START: 'messageId',
  TEXT_MESSAGE_CONTENT: 'messageId delta',
  TEXT_MESSAGE_END: 'messageId',
  TEXT_MESSAGE_CHUNK: '',
  TOOL_CALL_START: 'toolCallId toolCallName',
  TOOL_CALL_ARGS: 'toolCallId delta',
  TOOL_CALL_END: 'toolCallId',
  TOOL_CALL_CHUNK: '',
  TOOL_CALL_RESULT: 'messageId toolCallId',
  STATE_SNAPSHOT: '',
  STATE_DELTA: 'delta[]',
  MESSAGES_SNAPSHOT: 'messages[]',
  ACTIVITY_SNAPSHOT: 'messageId activityType',
  ACTIVITY_DELTA: 'messageId activityType patch[]',
  REASONING_START: 'messageId',
  REASONING_END: 'messageId',
  REASONING_MESSAGE_START: 'messageId',
  REASONING_MESSAGE_CONTENT: 'messageId delta',
  REASONING_MESSAGE_END: 'messageId',
  REASONING_MESSAGE_CHUNK: '',
  REASONING_ENCRYPTED_VALUE: 'entityId encryptedValue',
  SUBAGENT_STARTED: 'subagentRunId name',
  SUBAGENT_FINISHED: 'subagentRunId',
  SUBAGENT_ERROR: 'subagentRunId message',
  RAW: '',
  CUSTOM: 'name',
}

/**
 * Frames as events: what is unknown is passed over, since a newer server may say more; what is known and lacks a field
 * fails, because nobody can tell what was meant.
 */
export function readEvents(): OperatorFunction<Frame, AgentEvent> {
  return transform<Frame, AgentEvent>(emit => ({
    next(frame) {
      const text = frameText(frame)
      if (!text.trim() || text === '[DONE]') return
      const event = parseJson(text) as (AgentEvent & Record<string, unknown>) | undefined
      if (Object(event) !== event) throw malformed('no JSON object: ' + text.slice(0, 300))
      const { type } = event!
      if (typeof type !== 'string') {
        if (frame.event === 'error' || event!.error) throw told(event!)
        return
      }
      const fields = own(FIELDS as { readonly [type: string]: string }, type)
      if (fields === undefined) return
      for (const field of fields.split(' ')) if (field && !hasField(event!, field)) throw malformed(type + ' without "' + field + '"')
      const { outcome } = event as { outcome?: { type?: unknown } | null }
      if (outcome && outcome.type === 'interrupt' && !hasField(outcome, 'interrupts[]')) throw malformed('an interrupt without its questions')
      emit(event!)
    },
  }))
}

function hasField(event: object, field: string): boolean {
  const [name, isList] = field.split('[') as [string, string?]
  const value = (event as Record<string, unknown>)[name]
  return isList === undefined ? typeof value === 'string' : Array.isArray(value) && value.every(item => Object(item) === item)
}

function malformed(what: string): SampanError {
  return new SampanError('protocol/malformed', 'The agent’s server sent ' + what, { phase: 'stream' })
}

/** An error of a gateway, where an event is due. */
function told(body: object): SampanError {
  const { message = 'The agent’s server reported an error.', providerCode, requestId } = readError(body)
  const { status } = Object((body as { error?: unknown }).error) as { status?: number }
  return new SampanError('endpoint/provider-error', message, { phase: 'stream', providerCode, requestId, status, retryable: isPassingStatus(status!) })
}
