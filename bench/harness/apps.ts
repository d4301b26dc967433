import type { Wire } from './contender.js'

/** A smallest app in `apps/`: what it is bundled from, and what it is given. */
export interface AppEntry {
  name: string
  wire: Wire
  kind: 'reference' | 'peer' | 'ours'
  /** It has no tool loop here: it gets the answer at once. */
  isChatOnly?: boolean
}

export const referenceApp = 'limit-zodmini'

export const apps: readonly AppEntry[] = [
  { name: 'limit', wire: 'openai', kind: 'reference' },
  { name: referenceApp, wire: 'openai', kind: 'reference' },
  { name: 'limit-zod', wire: 'openai', kind: 'reference' },
  { name: 'sampan', wire: 'openai', kind: 'ours' },
  { name: 'coze', wire: 'coze', kind: 'peer', isChatOnly: true },
  { name: 'cloudbase', wire: 'openai', kind: 'peer', isChatOnly: true },
  { name: 'ai-sdk', wire: 'openai', kind: 'peer' },
  { name: 'openai', wire: 'openai', kind: 'peer' },
  { name: 'langchain', wire: 'openai', kind: 'peer' },
  { name: 'ag-ui', wire: 'agui', kind: 'peer' },
  { name: 'openai-agents', wire: 'openai', kind: 'peer' }
]
