import type { answerTo } from './ask-person.js'
import type { CheckedCall } from './check-call.js'
import type { RunState } from './run-state.js'
import { denial, type Failure } from './tool-outcome.js'
import type { AnyTool, ApprovalRule, Tool } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { canonicalJson } from '../protocol/json.js'
import { keep, kept, own } from '../protocol/kept-runs.js'

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
export function decideApproval(state: RunState, { id: toolCallId, tool, args }: Pick<CheckedCall, 'id' | 'tool' | 'args'>): 'allow' | 'ask' | Failure {
  const { settings: { approval = {} }, input: { runId }, agentState, context } = state
  const { name, requiresGesture } = tool
  const always = kept(agentState, 'approvals', name)
  const rule = typeof always === 'object' ? (always as ApprovalRule) : own(approval, name) ?? own(approval, '*') ?? tool.approval ?? 'allow'
  const decision: unknown = typeof rule === 'function' ? rule(args, { toolCallId, toolName: name, runId, now: context.clock.now() }) : rule
  const { deny } = Object(decision) as { deny?: unknown }
  if (deny !== undefined) return denial(String(deny))
  return (decision === 'allow' || always === 'allow') && !requiresGesture ? 'allow' : 'ask'
}

/**
 * Keeps an answer with `always: true` for the rest of the thread, in the shared state: there it is stored with the
 * thread, and comes back with each run. It must answer whether this very call may run, as it was proposed.
 * @returns what tells the new state, or nothing where the answer holds once.
 */
export function keepAlways(state: RunState, { id, tool, fingerprint }: CheckedCall, answer: ReturnType<typeof answerTo>): AgentEvent[] {
  const { always, approved, reason } = Object(answer?.payload) as { always?: unknown; approved?: unknown; reason?: unknown }
  if (always !== true || answer!.question !== 'approve' || state.context.ledger.get(id)?.fingerprint !== fingerprint) return []
  const decision = approved === true ? 'allow' : { deny: String(reason || 'the person said no.') }
  state.agentState = keep(state.agentState, 'approvals', tool.name, decision)
  return [{ type: 'STATE_SNAPSHOT', snapshot: state.agentState }]
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
