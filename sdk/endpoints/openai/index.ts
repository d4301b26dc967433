export { openai } from './openai.js'
export type { OpenAIOptions } from './openai.js'
export type { CompletionBody, Dialect } from '../../protocol/dialect.js'
