import type { PriceTable } from '../../contracts.js'
import { own } from '../../protocol/own.js'
import type { TokenUsage } from '../../protocol/messages.js'

export interface Cost { amount: number; currency: string }

/** How a price table calls a model. */
export const priceKey = ({ provider, model }: TokenUsage): string => provider + '/' + model

/** What usage cost. `undefined` where the price or a count is not known: that is not the cost 0. */
export function costOf(usage: TokenUsage, prices: PriceTable): Cost | undefined {
  const price = own(prices, priceKey(usage)) || own(prices, usage.model!)
  const { inputTokens, outputTokens, cachedInputTokens = 0 } = usage
  if (!price || inputTokens === undefined || outputTokens === undefined) return undefined
  const { input, output, cachedInput = input, currency } = price
  return { amount: ((inputTokens - cachedInputTokens) * input + cachedInputTokens * cachedInput + outputTokens * output) / 1e6, currency }
}

/** All tokens of a call, as far as they are known. */
export function tokensOf({ totalTokens, inputTokens = 0, outputTokens = 0 }: TokenUsage): number {
  return totalTokens ?? inputTokens + outputTokens
}
