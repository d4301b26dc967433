import type { AgentEvent } from '../../../protocol/index.js'
import { createCancel, type Agent, type RunContext, type RunInput } from '../../../index.js'
import type { Lifetime } from '../lifetime.js'
import { RUN_END } from '../logs/log-store.js'
import { cancelled } from '../logs/running-log.js'
import type { Problem } from '../problem.js'
import { frameBody, type ErrorLines } from '../relay.js'

/** Makes the context of a run, around the signal that ends it. */
export type ContextFor = (cancel: RunContext['cancel']) => RunContext

/**
 * Runs an agent and gives its events as lines of frames. Cancelling ends the run as AG-UI says it: with RUN_FINISHED. Ended
 * by force for another reason (nobody came back, the gateway closes), it throws that.
 */
export async function* runLines(agent: Agent, input: RunInput, contextFor: ContextFor, { signal }: Lifetime): AsyncGenerator<string[], void> {
  const events: AgentEvent[] = []
  let isOver = false
  let failure: unknown
  let wake = (): void => {}
  const done = (thrown?: unknown): void => {
    isOver = true
    failure = thrown
    wake()
  }
  const { signal: cancel, cancel: stop } = createCancel()
  const onAbort = (): void => {
    if ((signal.reason as Problem).code === cancelled().code) return void stop()
    done(signal.reason)
    subscription.unsubscribe()
  }
  const subscription = agent(input, contextFor(cancel)).subscribe({
    next(event) {
      events.push(event)
      wake()
    },
    error: done,
    complete: () => done(),
  })
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  try {
    for (;;) {
      for (const event of events.splice(0)) yield linesOf(event)
      if (failure !== undefined) throw failure
      if (isOver && events.length === 0) return
      if (events.length === 0) await new Promise<void>(resolve => (wake = resolve))
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    subscription.unsubscribe()
  }
}

function linesOf(event: AgentEvent): string[] {
  const data = `data: ${JSON.stringify(event)}`
  if (event.type === 'RUN_FINISHED') return [RUN_END, data]
  return event.type === 'RUN_ERROR' ? ['event: error', data] : [data]
}

/** An error of the gateway as the end of a run: what AG-UI's clients understand, and besides what ours do. */
export const runErrorLines: ErrorLines = (problem, requestId) => {
  const { message, code } = problem
  return ['event: error', `data: ${JSON.stringify({ type: 'RUN_ERROR', message, code, ...frameBody(problem, requestId) })}`]
}
