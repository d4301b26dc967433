import type { Wire } from './contender.js'

// What the parent asks of a child process, and what comes back: plain JSON both ways.

export type Test = 'chat' | 'tool' | 'list' | 'follow' | LogTest
/** An answer that no log is kept of, one that is numbered as a gateway's log is, and one whose connection breaks half-way. Ours only. */
export type LogTest = 'plain' | 'logged' | 'resumed'

/** Which bytes: characters of JSON for `tool` and `follow`, deltas for the others. */
export interface Load { test: Test; size: number; history?: number }

interface Who {
  contender: string
  wire: Wire
  /** `none`: the native TextDecoder is taken away before the contender loads. */
  decoder?: 'native' | 'none'
}

export interface CompareJob extends Who { kind: 'compare'; loads: Load[]; pairs: number; sampleMs: number; budgetMs: number }
export interface InstructionsJob extends Who { kind: 'instructions'; load: Load; runs: number; prepared: number }
export interface AllocationJob extends Who { kind: 'allocation'; load: Load }
export interface PeakJob extends Who { kind: 'peak'; deltas: number }
export interface KeptJob extends Who { kind: 'kept'; warmUpRuns: number; runs: number; deltas: number }
export interface ColdStartJob { kind: 'cold-start'; app: string; file: string; reference: string; referenceFile: string; samples: number }
export interface AppJob { kind: 'app'; app: string; file: string; isBare: boolean }
export interface SetDataJob { kind: 'set-data' }
export interface WorkflowJob { kind: 'workflow'; sizes: number[]; pairs: number; sampleMs: number }
export type Job = WorkflowJob | CompareJob | InstructionsJob | AllocationJob | PeakJob | KeptJob | ColdStartJob | AppJob | SetDataJob

export interface LoadResult {
  size: number
  deltas: number
  /** Contender ÷ bare loop, the median of the pairs. */
  ratio: number
  ratios: number[]
  msPerThousand: number
  limitMsPerThousand: number
}
export interface CompareResult { loads: LoadResult[]; firstRunMs: number }
export interface AllocationResult { bytesPerThousand: number; limitBytesPerThousand: number }
export interface PeakResult { peakBytes: number; heldBytes: number; droppedBytes: number }
export interface KeptResult { bytesPerRun: number }
export interface ColdStartResult { ratio: number; ms: number; referenceMs: number }
export interface SetDataCase { name: string; utf8Bytes: number; patches: number; patchBytes: number; ageP95Ms: number; ratio: number; allowedBytes: number }
/** `msPerStep`: CPU, the median of the samples. */
export interface WorkflowResult { sizes: { steps: number; msPerStep: number }[] }
export interface SetDataResult { cases: SetDataCase[] }

/** A result, or why there is none. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; reason: string }
