import type { OperatorFunction } from 'rxjs'
import type { Verdict } from './verdict.js'
import type { AgentEvent } from '../../protocol/events.js'
import { contentText, type ContentPart, type Message, type UserMessage } from '../../protocol/messages.js'
import { transform } from '../../protocol/transform.js'

// What of the user's was not allowed travels in AG-UI's shared state, under `sampan.judged`: a message stays in the
// conversation, and no later run may bring it before the model.

type Judged = Readonly<Record<string, string>>
interface State { readonly sampan?: { readonly judged?: Judged } }

/** What a model reads where a message was blocked. */
const REMOVED = '[…]'

/** What stands in place of messages, by their ids. */
export function judgedOf(state: unknown): Judged {
  return (Object(state) as State).sampan?.judged ?? {}
}

/** The state with more of them, and without those of messages that are gone. */
export function keepJudged(state: unknown, more: Judged, messages: readonly Message[]): unknown {
  const all = { ...more, ...judgedOf(state) }
  const judged: Record<string, string> = {}
  for (const { id } of messages) if (all[id] !== undefined) judged[id] = all[id]
  if (!Object.keys(judged).length) return state
  const { sampan, ...rest } = Object(state) as State
  return { ...rest, sampan: { ...sampan, judged } }
}

/** What a verdict puts in place of a message of the user's; `undefined` where it is fine. */
export function standIn(verdict: Verdict): string | undefined {
  if (verdict === 'allow') return undefined
  return 'replace' in verdict ? verdict.replace : REMOVED
}

/** Messages as a model may read them. */
export function withStandIns(messages: readonly Message[], judged: Judged): Message[] {
  return messages.map(message => {
    const text = message.role === 'user' ? judged[message.id] : undefined
    return text === undefined ? message : { ...(message as UserMessage), content: withText((message as UserMessage).content, text) }
  })
}

/** Gives back the user's messages as the user wrote them: what stands in for one is for models alone. */
export function sayAsGiven(given: readonly Message[], shown: readonly Message[]): OperatorFunction<AgentEvent, AgentEvent> {
  const others = new Map(given.filter((message, index) => message !== shown[index]).map(message => [message.id, message]))
  if (!others.size) return run => run
  return transform<AgentEvent, AgentEvent>(emit => ({
    next: event => emit(event.type === 'MESSAGES_SNAPSHOT' ? { ...event, messages: event.messages.map(message => others.get(message.id) ?? message) } : event),
  }))
}

function withText(content: string | ContentPart[], text: string): string | ContentPart[] {
  if (typeof content === 'string') return text
  return [{ type: 'text' as const, text }, ...(text === REMOVED ? [] : content.filter(({ type }) => type !== 'text'))]
}

/** What the user has said since the last answer, as far as it has words and nobody judged it yet. */
export function unjudged(messages: readonly Message[], judged: Judged): { id: string; text: string }[] {
  let start = messages.length
  while (start > 0 && messages[start - 1]!.role === 'user') start--
  return messages
    .slice(start)
    .map(({ id, content }) => ({ id, text: contentText(content as UserMessage['content']) }))
    .filter(({ id, text }) => text && judged[id] === undefined)
}
