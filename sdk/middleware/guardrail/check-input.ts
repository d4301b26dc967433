import type { GuardrailSettings } from './guardrail.js'
import { judgedOf, standIn, unjudged } from './judged-messages.js'
import { judge, type Verdict } from './verdict.js'
import type { RunContext, RunInput } from '../../contracts.js'
import type { AgentEvent, RunFinishedEvent } from '../../protocol/events.js'

/** Why a text was blocked, and what the person reads. */
export interface Blocked { readonly reason: string; readonly text: string }
/** What was found about the user's words. `standIns`: what a model reads instead, by message id. */
export interface InputJudgement { readonly blocked?: Blocked; readonly standIns: Record<string, string> }
/**
 * Judges the user's new words, and tells `done` once.
 *
 * @returns forgets the question.
 */
export function checkInput(settings: GuardrailSettings, input: RunInput, context: RunContext, done: (judgement: InputJudgement) => void): () => void {
  const { threadId, runId } = input
  const asked = unjudged(input.messages, judgedOf(input.state))
  const standIns: Record<string, string> = {}
  let blocked: Blocked | undefined
  let open = asked.length
  if (!open) done({ standIns })
  const forgets = asked.map(({ id, text }) =>
    judge(() => settings.input!(text, { threadId, runId, messageId: id, before: () => '' }), settings, context, verdict => {
      const instead = standIn(verdict)
      if (instead !== undefined) standIns[id] = instead
      blocked = blocked ?? blockedBy(verdict, settings.texts.input)
      if (!--open) done({ blocked, standIns })
    }),
  )
  return () => forgets.forEach(forget => forget())
}

/** What blocks, if it does. */
export function blockedBy(verdict: Verdict, fallback: string): Blocked | undefined {
  return verdict !== 'allow' && 'block' in verdict ? { reason: verdict.block, text: verdict.text ?? fallback } : undefined
}

/** A sentence for the person, as a message of its own. */
export function politeMessage(context: RunContext, delta: string): AgentEvent[] {
  const messageId = context.ids('message')
  return [
    { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
    { type: 'TEXT_MESSAGE_CONTENT', messageId, delta },
    { type: 'TEXT_MESSAGE_END', messageId },
  ]
}

/** The end of a run in which something was blocked. */
export function blockedEnd({ threadId, runId }: RunInput, place: 'input' | 'output', { reason }: Blocked): RunFinishedEvent {
  return { type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'success' }, metadata: { sampan: { blocked: { in: place, reason } } } }
}
