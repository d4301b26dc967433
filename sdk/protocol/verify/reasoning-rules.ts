import { ownerBreach, type Rules } from './rule.js'
import { contentRule, endRule, startRule, tagOf, type Streamed } from './streamed.js'

// A span and the messages in it are open apart from each other, and may share an id; the id has one owner for both.
const span: Streamed = { kind: 'span', noun: 'reasoning span', owners: 'reasoning' }
const message: Streamed = { kind: 'reasoning', noun: 'reasoning message', owners: 'reasoning' }

/** Reasoning spans, the messages in them, and the encrypted values that may follow after the close. */
export const reasoningRules: Rules = {
  REASONING_START: startRule(span),
  REASONING_END: endRule(span),
  REASONING_MESSAGE_START: startRule(message),
  REASONING_MESSAGE_CONTENT: contentRule(message, event => ({
    type: 'REASONING_MESSAGE_START',
    messageId: event.messageId,
    role: 'reasoning',
    ...tagOf(event),
  })),
  REASONING_MESSAGE_END: endRule(message),
  REASONING_ENCRYPTED_VALUE: (event, { owners }) => {
    const id = event.entityId
    const isTool = event.subtype === 'tool-call'
    const owner = isTool ? owners.toolCall.get(id) : owners.message.has(id) ? owners.message.get(id) : owners.reasoning.get(id)
    return ownerBreach(event, owner, `${isTool ? 'tool call' : 'message'} "${id}"`)
  },
}
