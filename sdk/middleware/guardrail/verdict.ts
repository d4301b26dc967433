import type { RunContext } from '../../contracts.js'

/**
 * What a check says of a text. `block`: the reason, for those who run the app; the person reads `text`, or a sentence of the
 * guardrail's. `replace`: this stands there instead.
 */
export type Verdict = 'allow' | { readonly block: string; readonly text?: string } | { readonly replace: string; readonly reason?: string }

/** What a check may want to know besides the text. */
export interface CheckContext {
  readonly threadId: string
  readonly runId: string
  readonly messageId: string
  /** What stands before this text in its message, as it was said. */
  before(): string
}

/** Judges a text: a word list, or a request to a moderation service. */
export type Check = (text: string, context: CheckContext) => Verdict | PromiseLike<Verdict>

/** How long a check may take, and what its failure means. */
export interface JudgeOptions {
  readonly timeoutMs: number
  readonly onFailure: 'block' | 'allow'
}

/** The reason of a text that nobody could judge. */
export const CHECK_FAILED = 'check-failed'

/**
 * Asks a check and answers once: at once where it does. One that throws, rejects, takes too long or answers no verdict has failed.
 *
 * @returns forgets the question.
 */
export function judge(ask: () => Verdict | PromiseLike<Verdict>, { timeoutMs, onFailure }: JudgeOptions, { clock, trace }: RunContext, answer: (verdict: Verdict) => void): () => void {
  let isOpen = true
  let stopTimer = (): void => {}
  const settle = (verdict: Verdict): void => {
    if (!isOpen) return
    isOpen = false
    stopTimer()
    answer(verdict)
  }
  const failed = (thrown: unknown): void => {
    if (!isOpen) return
    trace('guardrail-failed', { message: String(thrown), onFailure })
    settle(onFailure === 'allow' ? 'allow' : { block: CHECK_FAILED })
  }
  const take = (verdict: unknown): void => (isVerdict(verdict) ? settle(verdict) : failed('no verdict'))
  let verdict: Verdict | PromiseLike<Verdict>
  try {
    verdict = ask()
  } catch (thrown) {
    failed(thrown)
    return stopTimer
  }
  if (!isPromise(verdict)) {
    take(verdict)
    return stopTimer
  }
  stopTimer = clock.setTimer(timeoutMs, () => failed('timeout'))
  verdict.then(take, failed)
  return () => {
    isOpen = false
    stopTimer()
  }
}

function isPromise(value: Verdict | PromiseLike<Verdict>): value is PromiseLike<Verdict> {
  return typeof Object(value).then === 'function'
}

/** A check that forgets to answer has said nothing, and nothing is not `allow`. */
function isVerdict(value: unknown): value is Verdict {
  const { block, replace } = Object(value) as { block?: unknown; replace?: unknown }
  return value === 'allow' || typeof block === 'string' || typeof replace === 'string'
}
