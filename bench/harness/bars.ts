/** What a figure of ours may be at most. Printed beside the figure; never an assertion. */
export interface Bar { what: string; atMost: number; unit: string }

/** By id. The measures look them up; whoever changes a promise changes it here and in the documentation. */
export const bars = {
  'chat-jit': { what: 'chat CPU, bytes to view patch, JIT', atMost: 2.0, unit: '× limit' },
  'chat-jitless': { what: 'chat CPU, bytes to view patch, jitless', atMost: 2.0, unit: '× limit' },
  'no-decoder-jit': { what: 'the same without native TextDecoder, JIT', atMost: 2.5, unit: '× limit' },
  'no-decoder-jitless': { what: 'the same without native TextDecoder, jitless', atMost: 2.5, unit: '× limit' },
  'chat-growth': { what: 'growth of chat CPU to the largest answer', atMost: 1.1, unit: 'exponent' },
  'tool-jit': { what: 'tool call of 20 kB, JIT', atMost: 2.0, unit: '× limit' },
  'tool-jitless': { what: 'tool call of 20 kB, jitless', atMost: 2.5, unit: '× limit' },
  'tool-growth': { what: 'growth of tool call CPU', atMost: 1.1, unit: 'exponent' },
  'follow-growth': { what: 'growth while the UI follows the arguments', atMost: 1.1, unit: 'exponent' },
  'history': { what: '500 messages of history ÷ none, each delta', atMost: 1.1, unit: '×' },
  'history-run': { what: '500 messages of history ÷ none, whole run of 1,000', atMost: 1.1, unit: '×' },
  'logged': { what: 'an answer with a log ÷ one without, each delta', atMost: 1.1, unit: '×' },
  'resumed': { what: 'an answer that is gone on with ÷ one without a log, each delta', atMost: 1.1, unit: '×' },
  'workflow-growth': { what: 'growth of a workflow, 10 to 1,000 steps', atMost: 1.1, unit: 'exponent' },
  'allocation': { what: 'bytes allocated', atMost: 2.0, unit: '× limit' },
  'peak': { what: 'peak live heap over 50,000 deltas', atMost: 3e6, unit: 'B' },
  'kept': { what: 'kept per short run (noise ±200)', atMost: 300, unit: 'B' },
  'set-data': { what: 'setData bytes ÷ (1.3 n + 64 per patch)', atMost: 1, unit: '×' },
  'set-data-age': { what: 'age of text on screen, p95', atMost: 150, unit: 'ms' },
  'app-esbuild': { what: 'smallest app, esbuild, gzip', atMost: 32_000, unit: 'B' },
  'app-rollup': { what: 'smallest app, rollup + terser, gzip', atMost: 28_000, unit: 'B' },
  'native-page': { what: 'files a native page reaches', atMost: 110_000, unit: 'B' },
  'phone-package': { what: 'whole miniprogram_dist', atMost: 300_000, unit: 'B' },
  'cold-jit': { what: 'cold start, JIT', atMost: 1.6, unit: '× limit + zod/mini' },
  'cold-jitless': { what: 'cold start, jitless', atMost: 1.6, unit: '× limit + zod/mini' }
} satisfies Record<string, Bar>

export type BarId = keyof typeof bars

/** Whether a ratio is so near its bar that noise of CPU time could decide. */
export const isClose = (id: BarId, value: number): boolean => Math.abs(value / bars[id].atMost - 1) <= 0.15
