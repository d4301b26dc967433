import { decide } from '../decide.js'
import type { Answer, WireMessage } from '../wire.js'
import { type AnyOf, scoreClock, type ScoreCase, type ScoreSet } from './cases.js'
import { clinic } from './clinic.js'
import { home } from './home.js'
import { parcel } from './parcel.js'

/** How many of how many. */
export interface Tally {
  right: number
  total: number
}

/** A case that went wrong. */
export interface ScoreFailure {
  set: string
  says: string[]
  /** What the last turn came to. */
  got: Pick<Answer, 'calls' | 'text' | 'asks' | 'isRefusal'>
}

/** What the model reaches. */
export interface Score {
  all: Tally
  tuned: Tally
  heldOut: Tally
  /** By set and language: `clinic zh`. */
  groups: Record<string, { tuned: Tally; heldOut: Tally }>
  /** Failures among the cases one may tune on; the held-out ones stay unseen. */
  failures: ScoreFailure[]
}

/** Lets the model answer every case, and counts. Deterministic: the clock stands still. */
export function scoreModel(sets: readonly ScoreSet[] = [clinic, home, parcel]): Score {
  const tally = (): Tally => ({ right: 0, total: 0 })
  const score: Score = { all: tally(), tuned: tally(), heldOut: tally(), groups: {}, failures: [] }
  for (const set of sets) {
    for (const item of set.cases) {
      const got = lastTurn(item, set)
      const isRight = fits(item, got)
      const group = (score.groups[`${set.name} ${item.language}`] ??= { tuned: tally(), heldOut: tally() })
      const half = item.heldOut ? 'heldOut' : 'tuned'
      for (const count of [score.all, score[half], group[half]]) {
        count.total++
        if (isRight) count.right++
      }
      if (!isRight && !item.heldOut) score.failures.push({ set: set.name, says: item.says, got })
    }
  }
  return score
}

/** All calls of the last turn, and how it ends. */
function lastTurn({ says, results = {} }: ScoreCase, { tools }: ScoreSet): ScoreFailure['got'] {
  const messages: WireMessage[] = []
  let calls: Answer['calls'] = []
  let answer: Answer = { text: '', calls: [] }
  for (const [turn, content] of says.entries()) {
    messages.push({ role: 'user', content })
    calls = []
    for (let step = 0; step < 5; step++) {
      answer = decide({ messages, tools }, scoreClock)
      calls.push(...answer.calls)
      const wire = answer.calls.map((call, index) => ({ id: `${turn}.${step}.${index}`, type: 'function' as const, function: { name: call.name, arguments: JSON.stringify(call.arguments) } }))
      messages.push({ role: 'assistant', content: answer.text, ...(wire.length && { tool_calls: wire }) })
      if (wire.length === 0 || !wire.every(call => call.function.name in results)) break
      for (const call of wire) messages.push({ role: 'tool', tool_call_id: call.id, content: JSON.stringify(results[call.function.name]) })
    }
  }
  return { calls, text: answer.text, asks: answer.asks, isRefusal: answer.isRefusal }
}

function fits({ calls = [], asks, refuses }: ScoreCase, got: ScoreFailure['got']): boolean {
  if (got.asks !== asks || got.isRefusal !== refuses || got.calls.length !== calls.length) return false
  return calls.every((call, index) => call.name === got.calls[index]!.name && hasSame(call.arguments, got.calls[index]!.arguments))
}

function hasSame(wanted: Record<string, unknown | AnyOf>, got: Record<string, unknown>): boolean {
  const keys = new Set([...Object.keys(wanted), ...Object.keys(got)])
  return [...keys].every(key => {
    const value = wanted[key]
    const allowed = value && typeof value === 'object' && 'anyOf' in value ? (value as AnyOf).anyOf : [value]
    return allowed.some(option => JSON.stringify(option) === JSON.stringify(got[key]))
  })
}
