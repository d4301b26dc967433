export { compaction } from './compaction.js'
export type { CompactionOptions } from './compaction.js'
export type { SummaryOptions } from './summarise.js'
export { estimateTokens } from '../../protocol/estimate-tokens.js'
