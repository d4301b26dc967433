import { randomUUID } from 'node:crypto'
import { createRunContext, type RunInput } from '../../../index.js'
import type { CompletionCall, CompletionContext } from '../completion-call.js'
import { isId } from '../ids.js'
import { answerWithLog } from '../log-answers.js'
import { checkLogId } from '../log-places.js'
import { openLog, type LogSource } from '../logged-completion.js'
import { Problem } from '../problem.js'
import { redact } from '../redact.js'
import { runErrorLines } from '../relay.js'
import type { HostedAgent } from './host-agent.js'
import type { HostedLedgers } from './hosted-ledgers.js'
import { type HostedRun, runLines } from './run-lines.js'

/** What runs of agents need of the gateway. */
export interface AgentContext extends CompletionContext {
  agents: Record<string, HostedAgent>
  ledgers: HostedLedgers
}

/** Where a run of an agent is asked for; its name stands in the middle. */
export const runPath = /^\/v1\/agents\/([^/]+)\/runs$/

/** What a phone is told in place of codes that would be about the phone: its network, or its user's sign-in. */
const fromAfar: Record<string, string> = {
  'transport/unauthorized': 'transport/http',
  'transport/domain-not-allowed': 'transport/http',
  'transport/sign-in-failed': 'transport/server',
  'transport/offline': 'transport/server',
}

/** Runs an agent for a user and answers with its events. Every run is kept, under an id of ours where the client has none. */
export async function runAgent(call: CompletionCall, name: string, context: AgentContext): Promise<Response> {
  const id = call.request.headers.get('x-sampan-log-id')
  return answerWithLog(call, await openLog(call, id === null ? `run-${randomUUID()}` : checkLogId(id), context, () => agentSource(call, name, context)), context)
}

/** A run as the source of a log. Throws what is wrong with the request. */
export function agentSource({ body, caller: { userId, agents: allowed }, requestId }: CompletionCall, name: string, { agents, ledgers, providers, onProblem }: AgentContext): LogSource {
  const hosted = Object.hasOwn(agents, name) ? agents[name] : undefined
  if (!hosted) throw new Problem('agent_not_found', `There is no agent "${name.slice(0, 80)}" here.`)
  if (allowed && !allowed.includes(name)) throw new Problem('agent_not_allowed', `This token may not run the agent "${name}".`)
  const input = readInput(body)
  const run: HostedRun = {
    agent: hosted.agent,
    input,
    async contextFor(cancel) {
      const parts = hosted.context?.({ userId }) ?? {}
      return createRunContext({ ...parts, userId, ledger: parts.ledger ?? (await ledgers.open(userId, input.threadId)), cancel })
    },
    told(error) {
      const { message, code = '' } = error
      // What a user asked wrongly is theirs to mend; a model that cannot be reached is not.
      const isOurs = /^(endpoint|transport)\//.test(code)
      const why = code === 'transport/unauthorized' ? ', its API key was refused' : ''
      if (isOurs) onProblem(new Problem('upstream_error', message, { cause: new Error(`A run of the agent "${name}" ended with ${code}${why}: ${message}`) }), requestId)
      const words = redact(message, Object.values(providers).flatMap(({ secrets }) => secrets))
      return { ...error, ...(Object.hasOwn(fromAfar, code) && { code: fromAfar[code] }), message: words }
    },
  }
  return { start: lifetime => runLines(run, lifetime), errorLines: runErrorLines }
}

/** AG-UI's input of a run, and no other field. What it leaves out is empty; going on with a run here is reading its log. */
function readInput({ threadId, runId, parentRunId, protocolVersion, state, messages, tools, context, forwardedProps, resume }: Record<string, unknown>): RunInput {
  if (!isId(threadId) || !isId(runId)) throw invalid('`threadId` and `runId` must be texts of at most 200 characters.')
  const lists = { messages, tools: tools ?? [], context: context ?? [], resume: resume ?? undefined }
  for (const [field, list] of Object.entries(lists)) {
    if (field === 'resume' && list === undefined) continue
    if (!Array.isArray(list) || list.some(item => Object(item) !== item)) throw invalid(`\`${field}\` must be a list of objects.`)
  }
  const texts = Object.entries({ parentRunId, protocolVersion }).filter(([, value]) => typeof value === 'string')
  return { threadId, runId, ...Object.fromEntries(texts), state, forwardedProps, ...lists } as RunInput
}

function invalid(message: string): Problem {
  return new Problem('invalid_request', message)
}
