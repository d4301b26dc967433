import type { Knowledge } from '../../adapters/shared/host-facts.js'

/** The languages of the documentation. */
export type Language = 'en' | 'zh'

/** How a thing is known, in one character. */
export const MARKS: Record<Knowledge, string> = { 'real runtime in CI': '●', 'fake in CI': '◐', documented: '○', unknown: '?' }
