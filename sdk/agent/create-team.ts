import type { Observable } from 'rxjs'
import { chargeOnce, type ChargeOnce } from './charge-once.js'
import { collectMessages, type CollectedMessages } from './collect-messages.js'
import { answeringAgent, countTransfers, toolNames, transferTarget, transferTool, withAnsweringAgent } from './hand-over.js'
import { follow } from './follow.js'
import { guardRun } from './run-guard.js'
import { readTeamCheckpoint, teamCheckpoints, type TeamCheckpoint } from './team-checkpoints.js'
import { resultEvent } from './tool-outcome.js'
import { addUsage, onCharge } from './usage.js'
import type { Agent, AgentInfo, AnyTool, RunContext, RunInput } from '../contracts.js'
import { SampanError } from '../errors.js'
import { customEvent } from '../protocol/custom-events.js'
import { isTerminal, type AgentEvent, type RunFinishedEvent } from '../protocol/events.js'
import type { Message, TokenUsage } from '../protocol/messages.js'
import { defer, of, sequence } from '../protocol/streams.js'
import { transform } from '../protocol/transform.js'

export interface TeamOptions<Tools extends AnyTool = AnyTool> {
  /** The members. Their names are letters, digits, `_` and `-`, and no two are the same. */
  agents: readonly Agent<Tools>[]
  /** Default `team`. */
  name?: string
  description?: string
  /** Who answers first. Default: the first of `agents`. */
  start?: string
  /** Whom a member may hand over to, by its name. Default: to everyone. */
  handovers?: { readonly [from: string]: readonly string[] }
  /** How often the conversation is handed over at most, until the person says something. Default 8. */
  maxHandoffs?: number
  /** What a member gets to see of the conversation. Default: all of it. */
  inputFilter?: (messages: Message[], to: string) => Message[]
}

/** Where one run of a team stands. */
interface TeamRun {
  readonly input: RunInput
  readonly context: RunContext
  readonly usage: TokenUsage[]
  readonly log: CollectedMessages
  /** Who had taken over before this run. */
  readonly tookOver: string | undefined
  /** Who answers now; nobody once the run is over. */
  name: string | undefined
  agentState: unknown
  isFirst: boolean
  checkpoint: TeamCheckpoint | undefined
}

type Team = Required<Pick<TeamOptions, 'name' | 'maxHandoffs'>> & TeamOptions & { readonly byName: ReadonlyMap<string, Agent> }

/**
 * Several agents that answer one conversation in turn. Each can hand it over (`transfer_to_<name>`); who took it over
 * answers from there on, in later runs too. They see the same history, and it is one run: one start, one end.
 *
 * @throws SampanError `agent/invalid` where a name does not fit or is there twice.
 * @example
 * const team = createTeam({ agents: [triage, billing, repairs] })
 * const thread = createThread({ agent: team, platform, id: 'support' })
 */
export function createTeam<Tools extends AnyTool = AnyTool>(options: TeamOptions<Tools>): Agent<Tools> {
  const { agents, name = 'team', description, start = agents[0]?.info.name, maxHandoffs = 8, handovers = {} } = options
  const byName = new Map<string, Agent>(agents.map(agent => [agent.info.name, agent]))
  const named = [start, ...Object.keys(handovers)].concat(...Object.values(handovers))
  const wrong = agents.find(({ info }) => !/^[\w-]+$/.test(info.name))?.info.name ?? named.find(each => !byName.has(each!))
  if (byName.size < agents.length || !agents.length || wrong !== undefined) {
    throw new SampanError('agent/invalid', 'The agents of a team have names of letters, digits, "_" and "-", each another' + (wrong === undefined ? '.' : '; this is none of them: ' + wrong))
  }
  const team: Team = { ...(options as TeamOptions), name, maxHandoffs, byName }
  const run = (input: RunInput, context: RunContext): Observable<AgentEvent> =>
    defer(() => {
      const usage: TokenUsage[] = []
      return follow(
        () => (input.attach ? context.checkpoints.load(input.runId) : undefined),
        checkpoint => answerInTurn(team, startOf(team, start!, input, context, usage, readTeamCheckpoint(checkpoint))),
      ).pipe(guardRun(input, context, usage))
    })
  return Object.assign(run, { info: infoOf(name, description, agents), tools: ([] as Tools[]).concat(...agents.map(agent => agent.tools ?? [])) })
}

function infoOf(name: string, description: string | undefined, agents: readonly Agent[]): AgentInfo {
  const resumable = agents.every(({ info }) => info.capabilities?.resumable)
  return { name, description, capabilities: { streaming: true, tools: true, approvals: true, resumable } }
}

function startOf({ name: team, byName }: Team, start: string, input: RunInput, context: RunContext, usage: TokenUsage[], checkpoint: TeamCheckpoint | undefined): TeamRun {
  const known = checkpoint?.agent ?? answeringAgent(input.state, team)
  const tookOver = known !== undefined && byName.has(known) ? known : undefined
  const log = collectMessages(checkpoint?.messages ?? input.messages)
  return { input, context, usage, log, tookOver, name: tookOver ?? start, agentState: input.state, isFirst: true, checkpoint }
}

/** One member after the other, until one has the last word. Who took over in an earlier run is told of again: this one's message is theirs. */
function answerInTurn(team: Team, run: TeamRun): Observable<AgentEvent> {
  const told = run.tookOver === undefined ? [] : [of(customEvent('sampan:agent-changed', { name: run.tookOver }))]
  return sequence(() => told.pop() ?? (run.name === undefined ? undefined : answerOf(team, run, run.name)))
}

function answerOf(team: Team, run: TeamRun, name: string): Observable<AgentEvent> {
  const { byName, handovers, inputFilter } = team
  const { input, context, usage, log, agentState: state, isFirst } = run
  const before = log.all()
  // To whoever keeps logs of runs, each turn is a run of its own; after a kill it has the same id.
  const turn = countTransfers(before)
  const runId = turn ? input.runId + '-' + turn : input.runId
  const others = Array.from(byName.values(), agent => agent.info).filter(info => info.name !== name && (handovers?.[name]?.includes(info.name) ?? true))
  const attach = isFirst && input.attach ? { ...input.attach, runId } : undefined
  const asked: RunInput = {
    ...input,
    runId,
    state,
    attach,
    messages: inputFilter ? inputFilter(before, name) : before,
    tools: input.tools.concat(others.map(transferTool)),
    resume: isFirst ? input.resume : undefined,
  }
  run.isFirst = false
  run.name = undefined
  const checkpoints = teamCheckpoints(context.checkpoints, input.runId, runId, run.checkpoint, () => ({ agent: name, messages: input.parentRunId === undefined ? undefined : log.all() }))
  const { context: counted, ended } = chargeOnce(onCharge({ ...context, checkpoints }, used => addUsage(usage, used)))
  return defer(() => byName.get(name)!(asked, counted)).pipe(followMember(team, run, name, before, ended))
}

/** Passes on what a member says, as part of the team's run. */
function followMember(team: Team, run: TeamRun, name: string, before: Message[], charge: ChargeOnce['ended']) {
  const { log } = run
  const known = new Set(before.map(({ id }) => id))
  return transform<AgentEvent, AgentEvent>((emit, leave) => ({
    next(event) {
      const { type } = event
      if (isTerminal(event)) {
        charge(event.usage)
        // The guard of the team's run tells what all its members have used.
        endTurn(team, run, name, { ...event, usage: undefined }, emit)
        return leave()
      }
      let told = event
      if (type === 'STATE_SNAPSHOT') told = { type, snapshot: (run.agentState = withAnsweringAgent(event.snapshot, team.name, name)) }
      // What a member was not shown is part of the conversation all the same.
      else if (type === 'MESSAGES_SNAPSHOT' && team.inputFilter) told = { ...event, messages: before.concat(event.messages.filter(({ id }) => !known.has(id))) }
      log.add(told)
      emit(told)
    },
  }))
}

/** A member's run is over: with the run of the team, or with a call that hands over. */
function endTurn(team: Team, run: TeamRun, from: string, terminal: Extract<AgentEvent, { type: 'RUN_FINISHED' | 'RUN_ERROR' }>, emit: (event: AgentEvent) => void): void {
  const { input: { threadId, runId }, context, log } = run
  if (terminal.type === 'RUN_ERROR') return emit(terminal)
  const { outcome } = terminal
  const pending = outcome?.type === 'success' ? outcome.pendingToolCallIds ?? [] : []
  const names = toolNames(log.all())
  const targetOf = (id: string): string | undefined => transferTarget(names.get(id) ?? '')
  const own = (id: string): boolean => team.byName.has(targetOf(id) ?? '')
  const [first, ...others] = pending.filter(own)
  if (first === undefined) return emit({ ...terminal, threadId, runId })
  const to = targetOf(first)!
  const tell = (event: AgentEvent): void => {
    log.add(event)
    emit(event)
  }
  tell(resultEvent(context, first, { content: 'The conversation is with ' + to + ' now.' }))
  others.forEach(id => tell(resultEvent(context, id, { content: 'Not done: the conversation went to ' + to + '.' })))
  if (countTransfers(log.all()) > team.maxHandoffs) throw new SampanError('agent/step-limit', 'No end after the conversation was handed over ' + team.maxHandoffs + ' times (maxHandoffs).')
  emit({ type: 'STATE_SNAPSHOT', snapshot: (run.agentState = withAnsweringAgent(run.agentState, team.name, to)) })
  emit(customEvent('sampan:agent-changed', { name: to, from }))
  const rest = pending.filter(id => !own(id))
  // Results of the caller's own tools come with its next run; whoever took over goes on then.
  if (rest.length) emit({ type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'success', pendingToolCallIds: rest } } as RunFinishedEvent)
  else run.name = to
}
