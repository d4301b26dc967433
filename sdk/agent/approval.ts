import { denial, type Failure } from './tool-outcome.js'
import type { AnyTool, ApprovalRule, Tool } from '../contracts.js'
import { canonicalJson } from '../protocol/json.js'

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

/** What the policy, then the tool itself, say about a call. A denial is its outcome. A tool that needs a gesture is never more than asked for. */
export function decideApproval(tool: AnyTool, args: unknown, policy: AnyPolicy = {}): 'allow' | 'ask' | Failure {
  const rule = own(policy, tool.name) ?? own(policy, '*') ?? tool.approval ?? 'allow'
  const decision: unknown = typeof rule === 'function' ? rule(args) : rule
  if (decision === 'allow') return tool.requiresGesture ? 'ask' : 'allow'
  const { deny } = Object(decision) as { deny?: unknown }
  return deny === undefined ? 'ask' : denial(String(deny))
}

function own(policy: AnyPolicy, name: string): ApprovalRule | undefined {
  return Object.prototype.hasOwnProperty.call(policy, name) ? policy[name] : undefined
}

/**
 * A short text that stands for a tool and exactly these arguments, as the model wrote them: what a schema makes of them
 * (a date, a default) need not be JSON, nor the same twice. An approval holds for one fingerprint.
 * 2 × 32 bits of FNV-1a over the canonical JSON: it tells changed arguments apart, it is no signature.
 */
export function fingerprintOf(toolName: string, args: unknown): string {
  const text = toolName + ':' + canonicalJson(args)
  return hash32(text, 0x811c9dc5) + hash32(text, 0x01000193) + '-' + text.length.toString(36)
}

function hash32(text: string, seed: number): string {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(36)
}
