import { createSseSplitter, dataOf } from './frames.js'
import { Problem } from './problem.js'
import type { NamedProvider } from './providers.js'
import { type UpstreamAnswer, truncated } from './upstream.js'
import { collect, toldErrorOf, toldProblem } from './upstream-problem.js'

const done = ['data: [DONE]']

/**
 * The events of a provider's stream, as their lines. It ends only after `[DONE]`, which is added where a provider ends
 * without it; whatever else happens is thrown as a {@link Problem}.
 */
export async function* readEvents(upstream: Promise<UpstreamAnswer>, provider: NamedProvider): AsyncGenerator<string[], void> {
  const answer = await upstream
  if (!/^text\/event-stream\b/i.test(answer.contentType)) throw await notAStream(answer, provider)
  const splitter = createSseSplitter()
  const pieces = answer.text()
  let isComplete = false
  for (;;) {
    // Some providers close after the finish reason without `[DONE]`, or break off. Anything shorter was cut off.
    const step = await pieces.next().catch((error: unknown) => {
      if (!isComplete) throw error
      return { done: true as const, value: undefined }
    })
    if (step.done) break
    for (const lines of split(splitter.push, step.value)) {
      const event = readEvent(lines, provider)
      if (event === 'empty') continue
      if (event === 'done') {
        answer.leave()
        yield done
        return
      }
      isComplete = event === 'finish' || (isComplete && event === 'other')
      yield lines
    }
  }
  if (!isComplete) throw truncated()
  yield done
}

/** What one event is: `finish` and `going-on` carry choices, `other` (usage) carries none. Throws what is an error. */
function readEvent(lines: readonly string[], provider: NamedProvider): 'empty' | 'done' | 'finish' | 'going-on' | 'other' {
  const data = dataOf(lines).trim()
  if (data === '') return 'empty'
  // Some put quotes around it.
  if (data === '[DONE]' || data === '"[DONE]"') return 'done'
  const value = parse(data) as { choices?: { finish_reason?: unknown }[] } | undefined
  const told = toldErrorOf(value)
  if (told) throw toldProblem(told, provider)
  if (lines.some(line => /^event: ?error$/.test(line))) throw toldProblem((value ?? {}) as object, provider)
  if (value === null || typeof value !== 'object') throw malformed()
  const { choices } = value
  if (!Array.isArray(choices) || choices.length === 0) return 'other'
  return choices.some(choice => choice?.finish_reason) ? 'finish' : 'going-on'
}

async function notAStream(answer: UpstreamAnswer, provider: NamedProvider): Promise<Problem> {
  const told = toldErrorOf(parse(await collect(answer.text())))
  if (told) return toldProblem(told, provider)
  return new Problem('upstream_not_a_stream', 'The model provider did not answer with a stream.')
}

function split(push: (text: string) => string[][], text: string): string[][] {
  try {
    return push(text)
  } catch {
    throw malformed()
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The provider sent something that is not what its protocol says. */
export function malformed(): Problem {
  return new Problem('upstream_malformed', 'The model provider’s answer is not valid JSON.')
}
