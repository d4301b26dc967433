import { isTerminal, type AgentEvent } from '../../../protocol/index.js'
import { createCancel, type Agent, type RunContext, type RunInput } from '../../../index.js'
import type { Lifetime } from '../lifetime.js'
import { RUN_END } from '../logs/log-store.js'
import { cancelled } from '../logs/running-log.js'
import { Problem } from '../problem.js'

/** How a run ends that failed. */
export type RunError = Extract<AgentEvent, { type: 'RUN_ERROR' }>

/** A run that is to begin. */
export interface HostedRun {
  agent: Agent
  input: RunInput
  /** Makes its context, around the signal that ends it. */
  contextFor(cancel: RunContext['cancel']): Promise<RunContext>
  /** Puts an error as a user may be told it, and tells whoever runs the gateway. */
  told(error: RunError): RunError
}

/** How long a run that is cancelled has to say so, in milliseconds. */
const stopMs = 2000

/** Characters of events that may wait to be kept: a store that is slower than the agent has this much time. */
const maxWaitingChars = 16 * 1024 * 1024

/**
 * Runs an agent and gives its events as lines of frames, to its first terminal event and no further. Cancelling ends the run
 * as AG-UI says it: with RUN_FINISHED. Ended by force for another reason (nobody came back, the gateway closes, it does not
 * stop when it is cancelled), it throws that; so it does where the agent stops without saying how its run ended.
 */
export async function* runLines({ agent, input, contextFor, told }: HostedRun, { signal }: Lifetime): AsyncGenerator<string[], void> {
  const { signal: cancel, cancel: stop } = createCancel()
  const waiting = createWaiting()
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    if ((signal.reason as Problem).code !== cancelled().code) return waiting.end(signal.reason)
    timer = setTimeout(() => waiting.end(signal.reason), stopMs)
    // A listener that fails has been told.
    quietly(stop)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  let leave = (): void => {}
  try {
    const context = await Promise.race([contextFor(cancel), aborted(signal)])
    const subscription = agent(input, context).subscribe({
      next: event => waiting.push(() => linesOf(event, told), isTerminal(event)),
      error: (thrown: unknown) => waiting.end(thrown ?? new Error('The agent failed and does not say why.')),
      complete: () => waiting.end(unfinished()),
    })
    leave = () => subscription.unsubscribe()
    yield* waiting.lines
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    quietly(leave)
  }
}

/** Frames between an agent, which says them when it likes, and a log, which takes them one by one. */
interface Waiting {
  readonly lines: AsyncGenerator<string[], void>
  /** Takes what `write` gives; nothing after the last one. */
  push(write: () => string[], isLast: boolean): void
  /** No more will come, for this reason. */
  end(thrown: unknown): void
}

function createWaiting(): Waiting {
  let frames: string[][] = []
  let chars = 0
  let over: { thrown?: unknown } | undefined
  let wake = (): void => {}
  const end = (how: { thrown?: unknown }): void => {
    over ??= how
    wake()
  }
  const push: Waiting['push'] = (write, isLast) => {
    if (over) return
    try {
      const lines = write()
      frames.push(lines)
      chars += lines.reduce((sum, line) => sum + line.length, 0)
    } catch (thrown) {
      return end({ thrown })
    }
    if (isLast) end({})
    else if (chars > maxWaitingChars) end({ thrown: tooFast() })
    else wake()
  }
  async function* take(): AsyncGenerator<string[], void> {
    for (;;) {
      const taken = frames
      frames = []
      chars = 0
      yield* taken
      if (frames.length > 0) continue
      if (over && 'thrown' in over) throw over.thrown
      if (over) return
      await new Promise<void>(resolve => (wake = resolve))
    }
  }
  return { lines: take(), push, end: thrown => end({ thrown }) }
}

function linesOf(event: AgentEvent, told: HostedRun['told']): string[] {
  if (event.type === 'RUN_ERROR') return ['event: error', `data: ${JSON.stringify(told(event))}`]
  const data = `data: ${JSON.stringify(event)}`
  return event.type === 'RUN_FINISHED' ? [RUN_END, data] : [data]
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** Does what may fail where nobody could be told. */
function quietly(work: () => unknown): void {
  try {
    work()
  } catch {
    // An error in a listener of a signal would end the process.
  }
}

function unfinished(): Problem {
  return failed('The agent stopped without saying how its run ended.')
}

function tooFast(): Problem {
  return failed('The agent says more than can be kept.')
}

function failed(message: string): Problem {
  return new Problem('internal_error', message, { cause: new Error(message) })
}
