import type { BudgetScope, LimitName, SpentLimit } from './limits.js'

/** What a person is told about a budget. */
export interface BudgetWords {
  /** Nothing is left: the question the run ends with. */
  spent(limit: SpentLimit): string
  /** Little is left. */
  nearlySpent(limit: SpentLimit): string
  /** There is a limit on cost, and no price for this model. */
  priceUnknown(model: string): string
}

const zhScope: Record<BudgetScope, string> = { run: '本次回答', thread: '这段对话', day: '今天' }
const zhLimit: Record<LimitName, string> = { tokens: ' token 用量', cost: '费用', steps: '步数', toolCalls: '工具调用次数', wallMs: '时间' }
const zhName = ({ scope, limit }: SpentLimit): string => zhScope[scope] + '的' + zhLimit[limit]

/** The sentences where an app gives no others. */
export const budgetZh: BudgetWords = {
  spent: limit => zhName(limit) + '已达上限，要继续吗？',
  nearlySpent: limit => zhName(limit) + '已用 ' + percent(limit) + '。',
  priceUnknown: model => '不知道 ' + model + ' 的价格，无法遵守费用上限，要继续吗？',
}

const enScope: Record<BudgetScope, string> = { run: 'this answer', thread: 'this conversation', day: 'today' }
const enLimit: Record<LimitName, string> = { tokens: 'tokens', cost: 'cost', steps: 'steps', toolCalls: 'tool calls', wallMs: 'time' }

/** The same in English, and only in apps that import it. */
export const budgetEn: BudgetWords = {
  spent: ({ scope, limit }) => 'The limit of ' + enLimit[limit] + ' for ' + enScope[scope] + ' is reached. Go on?',
  nearlySpent: limit => percent(limit) + ' of the ' + enLimit[limit.limit] + ' for ' + enScope[limit.scope] + ' are used.',
  priceUnknown: model => 'There is a limit on cost, and no known price for ' + model + '. Go on?',
}

const percent = ({ used, of }: SpentLimit): string => Math.round((used / of) * 100) + '%'
