import type { WireTool } from '../wire.js'

/** One of several values that all count as right, for free text. */
export interface AnyOf { anyOf: unknown[] }

/** One thing a person says, and what a good assistant does about it. */
export interface ScoreCase {
  language: 'zh' | 'en'
  /** What the person says, turn by turn. Only the last turn is scored. */
  says: string[]
  /** What the tools answer, by name. A tool without an entry ends the turn when it is called. */
  results?: Record<string, unknown>
  /** The calls the last turn makes, in order; arguments must match exactly. */
  calls?: { name: string; arguments: Record<string, unknown | AnyOf> }[]
  /** The argument the last turn ends by asking for. */
  asks?: string
  /** The last turn ends by saying that this cannot be done. */
  refuses?: true
  /** Never looked at while tuning. */
  heldOut: boolean
}

/** Tools and what people say to them. */
export interface ScoreSet {
  name: string
  tools: WireTool[]
  cases: ScoreCase[]
}

/** Tuesday, 24 November 2026, 10:00 in Beijing: “today” of every case. */
export const scoreClock = { now: Date.UTC(2026, 10, 24, 2, 0), utcOffsetMinutes: 480 }

/** A tool from its parts. */
export function tool(name: string, description: string, properties: Record<string, unknown>, required: string[]): WireTool {
  return { type: 'function', function: { name, description, parameters: { type: 'object', properties, required } } }
}

/** Several values that all count as right. */
export function any(...anyOf: unknown[]): AnyOf {
  return { anyOf }
}

/** Marks every second case as held out, in the order they were written. */
export function halfHeldOut(cases: Omit<ScoreCase, 'heldOut'>[]): ScoreCase[] {
  return cases.map((item, index) => ({ ...item, heldOut: index % 2 === 1 }))
}
