import type { TokenUsage } from '../../protocol/messages.js'

/** `usage` of a chat completion, with the counters vendors add. */
export interface WireUsage {
  prompt_tokens?: number
  completion_tokens?: number
  total_tokens?: number
  /** DeepSeek. */
  prompt_cache_hit_tokens?: number
  /** Moonshot. */
  cached_tokens?: number
  prompt_tokens_details?: { cached_tokens?: number } | null
  completion_tokens_details?: { reasoning_tokens?: number } | null
}

/** A provider's usage in the protocol's words. What it does not tell stays absent, never 0. */
export function readUsage(usage: WireUsage, provider: string, model: string): TokenUsage {
  const { prompt_tokens_details: prompt, completion_tokens_details: completion } = usage
  return {
    provider,
    model,
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    totalTokens: usage.total_tokens,
    reasoningTokens: completion?.reasoning_tokens,
    cachedInputTokens: prompt?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? usage.cached_tokens,
  }
}
