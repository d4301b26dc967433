export { guardrail } from './guardrail.js'
export type { GuardrailOptions } from './guardrail.js'
export { CHECK_FAILED } from './verdict.js'
export type { Check, CheckContext, Verdict } from './verdict.js'
