import type { Rules } from './rule.js'
import { contentRule, endRule, startRule, tagOf, type Streamed } from './streamed.js'

const text: Streamed = { kind: 'text', noun: 'text message', owners: 'message' }

/** Text messages open, go on and close. */
export const textRules: Rules = {
  TEXT_MESSAGE_START: startRule(text),
  TEXT_MESSAGE_CONTENT: contentRule(text, event => ({ type: 'TEXT_MESSAGE_START', messageId: event.messageId, role: 'assistant', ...tagOf(event) })),
  TEXT_MESSAGE_END: endRule(text),
}
