import { guardrail, type GuardrailOptions, type Verdict } from '../index.js'
import { question } from '../../../agent/__fixtures__/runs.js'
import { createAgent } from '../../../agent/create-agent.js'
import type { AnyTool, ModelEndpoint, RunInput } from '../../../contracts.js'
import type { AgentEvent } from '../../../protocol/events.js'

export const words = (text: string): Verdict => {
  if (text.includes('坏')) return { block: 'bad-word', text: '[不显示]' }
  return text.includes('电话') ? { replace: text.replace(/\d+/g, '***') } : 'allow'
}
export const guarded = (model: ModelEndpoint, options: GuardrailOptions, tools: readonly AnyTool[] = []) => createAgent({ model, tools, middleware: [guardrail(options)] })
export const said = (content: string): RunInput => question({ messages: [{ id: 'u', role: 'user', content }] })

/** What a client shows that knows no event of ours. */
export function shown(events: readonly AgentEvent[]): string[] {
  let texts = new Map<string, string>()
  for (const event of events) {
    if (event.type === 'TEXT_MESSAGE_CONTENT') texts.set(event.messageId, (texts.get(event.messageId) ?? '') + event.delta)
    if (event.type === 'MESSAGES_SNAPSHOT') texts = new Map(event.messages.filter(({ role }) => role === 'assistant').map(message => [message.id, (message as { content?: string }).content ?? '']))
  }
  return Array.from(texts.values()).filter(Boolean)
}
/** Checks that are answered by hand. */
export function byHand() {
  const open: { text: string; before: string; answer(verdict: Verdict): void; fail(error: unknown): void }[] = []
  const check = (text: string, { before }: { before(): string }): PromiseLike<Verdict> => ({
    then: ((answer: any, fail: any) => void open.push({ text, before: before(), answer, fail })) as never,
  })
  return { open, check }
}
