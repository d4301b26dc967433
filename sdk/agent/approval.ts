import type { CheckedCall } from './check-call.js'
import type { RunState } from './run-state.js'
import { denial, type Failure } from './tool-outcome.js'
import type { AnyTool, ApprovalRule, Tool } from '../contracts.js'
import { canonicalJson } from '../protocol/json.js'
import { kept } from '../protocol/kept-runs.js'
import { own } from '../protocol/own.js'

type InputOf<T> = T extends Tool<string, infer Args, any> ? Args : never

/**
 * Which tool calls may run, by tool name; `*` stands for all tools not named. It goes before a tool's own rule.
 * Plain data, or pure functions of the arguments. A rule that answers with something else than `allow` or a denial,
 * nothing for one, asks.
 */
export type ApprovalPolicy<Tools extends AnyTool = AnyTool> = {
  // Over names, not over tools by name: only so does the compiler know the arguments of a rule written in the call.
  readonly [Name in Tools['name']]?: ApprovalRule<InputOf<Extract<Tools, { readonly name: Name }>>>
} & { readonly '*'?: ApprovalRule }

/** A policy whose tools are no longer known to the compiler. */
export type AnyPolicy = { readonly [toolName: string]: ApprovalRule | undefined }

/**
 * What a person said for good, then the policy, then the tool itself, say about a call. A denial is its outcome, whoever
 * says it; `always` turns no more than a question into a yes. A tool that needs a gesture is never more than asked for.
 */
export function decideApproval(state: RunState, { id: toolCallId, tool, args }: Pick<CheckedCall, 'id' | 'args'> & { readonly tool: AnyTool }): 'allow' | 'ask' | Failure {
  const { settings: { approval = {} }, input: { runId }, agentState, context } = state
  const { name, requiresGesture } = tool
  const always = kept(agentState, 'approvals', name)
  // The state comes from whoever asks for the run: nothing in it but a denial goes before the policy.
  const rule = Object(always).deny !== undefined ? (always as ApprovalRule) : own(approval, name) ?? own(approval, '*') ?? tool.approval ?? 'allow'
  const decision: unknown = typeof rule === 'function' ? rule(args, { toolCallId, toolName: name, runId, now: context.clock.now() }) : rule
  const { deny } = Object(decision) as { deny?: unknown }
  if (deny !== undefined) return denial(String(deny))
  return (decision === 'allow' || always === 'allow') && !requiresGesture ? 'allow' : 'ask'
}

/**
 * A short text that stands for a tool and exactly these arguments, as the model wrote them: what a schema makes of them
 * (a date, a default) need not be JSON, nor the same twice. An approval holds for one fingerprint.
 * 2 × 32 bits of FNV-1a over the canonical JSON: it tells changed arguments apart, it is no signature.
 */
export function fingerprintOf(toolName: string, args: unknown): string {
  const text = toolName + ':' + canonicalJson(args)
  let [one, two] = [0x811c9dc5, 0x01000193]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    one = Math.imul(one ^ code, 0x01000193)
    two = Math.imul(two ^ code, 0x01000193)
  }
  return [one, two, text.length].map(part => part.toString(36)).join('.')
}
