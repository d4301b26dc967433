import type { Wire } from './contender.js'

/** What is known of a contender before its code is loaded. */
export interface Entry {
  name: string
  wire: Wire
  kind: 'limit' | 'reference' | 'peer' | 'ours'
  /** Tests it takes part in besides W1. */
  tests: readonly ('tool' | 'list' | 'follow')[]
  /** Keeps the native decoder by construction: it has nothing to say where there is none. */
  needsDecoder?: true
  /** Why a test cannot be held, by name of the test, for the report. */
  notes?: string
}

const all = ['tool', 'list', 'follow'] as const

/** Everyone, in the order of the tables. Each has a file of its name in `contenders/`. */
export const entries: readonly Entry[] = [
  { name: 'limit', wire: 'openai', kind: 'limit', tests: all, needsDecoder: true },
  { name: 'limit-js', wire: 'openai', kind: 'reference', tests: all },
  { name: 'limit-latin1', wire: 'openai', kind: 'reference', tests: all },
  { name: 'limit-fetch', wire: 'openai', kind: 'reference', tests: all, needsDecoder: true },
  { name: 'limit-fast', wire: 'openai', kind: 'reference', tests: all, needsDecoder: true },
  { name: 'ref-rxjs', wire: 'openai', kind: 'reference', tests: all, needsDecoder: true },
  { name: 'eventsource-parser', wire: 'openai', kind: 'reference', tests: all, needsDecoder: true },
  { name: 'sampan', wire: 'openai', kind: 'ours', tests: all },
  { name: 'ai-sdk', wire: 'openai', kind: 'peer', tests: all },
  { name: 'openai', wire: 'openai', kind: 'peer', tests: all },
  { name: 'openai-agents', wire: 'openai', kind: 'peer', tests: ['tool', 'list'] },
  { name: 'langchain', wire: 'openai', kind: 'peer', tests: all },
  { name: 'ag-ui', wire: 'agui', kind: 'peer', tests: all },
  { name: 'coze', wire: 'coze', kind: 'peer', tests: ['list'], notes: 'no client-side arguments on that wire' },
  { name: 'cloudbase', wire: 'openai', kind: 'peer', tests: ['tool', 'list'], notes: 'never runs the tool when a usage chunk ends the turn' }
]

/** The names asked for with `--only`; all when none are. The bare loop is always there, as everyone is compared with it. */
export function selectEntries(only: readonly string[] | undefined): Entry[] {
  if (only === undefined) return [...entries]
  const unknown = only.find(name => !entries.some(entry => entry.name === name))
  if (unknown !== undefined) throw new Error(`no contender is called ${unknown}; there are ${entries.map(entry => entry.name).join(', ')}`)
  return entries.filter(entry => only.includes(entry.name))
}
