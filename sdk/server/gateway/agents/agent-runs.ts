import { randomUUID } from 'node:crypto'
import { createRunContext, type RunInput, type ToolLedger } from '../../../index.js'
import type { CompletionCall, CompletionContext } from '../completion-call.js'
import { answerWithLog } from '../log-answers.js'
import { checkLogId } from '../log-places.js'
import { openLog, type LogSource } from '../logged-completion.js'
import { Problem } from '../problem.js'
import type { HostedAgent, HostedLedgers } from './host-agent.js'
import { runErrorLines, runLines } from './run-lines.js'

/** What runs of agents need of the gateway. */
export interface AgentContext extends CompletionContext {
  agents: Record<string, HostedAgent>
  ledgers: HostedLedgers
}

/** Where a run of an agent is asked for; its name stands in the middle. */
export const runPath = /^\/v1\/agents\/([^/]+)\/runs$/

/** Runs an agent for a user and answers with its events. Every run is kept, under an id of ours where the client has none. */
export async function runAgent(call: CompletionCall, name: string, context: AgentContext): Promise<Response> {
  const source = await agentSource(call, name, context)
  const id = call.request.headers.get('x-sampan-log-id')
  return answerWithLog(call, await openLog(call, id === null ? `run-${randomUUID()}` : checkLogId(id), context, () => source), context)
}

/** A run as the source of a log. Throws what is wrong with the request. */
export async function agentSource({ body, caller }: CompletionCall, name: string, { agents, ledgers }: AgentContext): Promise<LogSource> {
  const hosted = Object.hasOwn(agents, name) ? agents[name] : undefined
  if (!hosted) throw new Problem('agent_not_found', `There is no agent "${name.slice(0, 80)}" here.`)
  const input = readInput(body)
  const ledger = await ledgers.open(caller.userId, input.threadId)
  return { start: lifetime => runLines(hosted.agent, input, cancel => contextOf(hosted, caller, ledger, cancel), lifetime), errorLines: runErrorLines }
}

function contextOf({ context }: HostedAgent, caller: CompletionCall['caller'], ledger: ToolLedger, cancel: Parameters<Parameters<typeof runLines>[2]>[0]) {
  return createRunContext({ ledger, ...context?.({ userId: caller.userId }), cancel })
}

/** AG-UI's input of a run. What it leaves out is empty; going on with a run of the gateway is reading its log, not this. */
function readInput(body: Record<string, unknown>): RunInput {
  const { threadId, runId, messages, tools = [], context = [], resume } = body
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 200
  if (!isText(threadId) || !isText(runId)) throw invalid('`threadId` and `runId` must be texts of at most 200 characters.')
  for (const [field, list] of Object.entries({ messages, tools, context, resume: resume ?? [] })) {
    if (!Array.isArray(list) || list.some(item => Object(item) !== item)) throw invalid(`\`${field}\` must be a list of objects.`)
  }
  return { ...body, threadId, runId, messages, tools, context, resume: resume ?? undefined, attach: undefined } as RunInput
}

function invalid(message: string): Problem {
  return new Problem('invalid_request', message)
}
