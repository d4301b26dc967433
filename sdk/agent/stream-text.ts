import type { Observable } from 'rxjs'
import { readAnswer } from './read-answer.js'
import { createRunContext } from '../context/run-context.js'
import type { ModelEndpoint } from '../contracts.js'
import type { Message } from '../protocol/messages.js'
import { defer } from '../protocol/streams.js'

export interface StreamTextOptions {
  model: ModelEndpoint
  /** What is asked: a sentence, or a whole conversation. */
  prompt: string | Message[]
  /** The system prompt. */
  instructions?: string
}

/**
 * One question, one answer, as pieces of text: no tools, no thread, no run. Subscribing asks, unsubscribing aborts.
 * Unlike a run it fails with a SampanError, so that nobody takes a cut answer for a whole one. An answer that the model
 * itself ended, by its length limit too, completes.
 *
 * @example
 * streamText({ model, prompt: '写一首关于舢板的诗' }).subscribe({ next: delta => show(delta), error: e => toast(e.message) })
 */
export function streamText({ model, prompt, instructions }: StreamTextOptions): Observable<string> {
  return defer(() => {
    const asked: Message[] = typeof prompt === 'string' ? [{ id: 'prompt', role: 'user', content: prompt }] : prompt
    const system: Message[] = instructions ? [{ id: 'instructions', role: 'system', content: instructions }] : []
    const context = createRunContext()
    return model({ messages: system.concat(asked), logId: context.ids('log') }, context).pipe(textOnly())
  })
}

function textOnly() {
  return readAnswer<string>(emit => event => {
    if (event.type === 'text-delta') emit(event.delta)
    else if (event.type === 'error') throw event.error
  })
}
