import type { Agent, RunContext } from '../../../index.js'

/** An agent that the gateway runs for its users. */
export interface HostedAgent {
  readonly agent: Agent
  /** Makes parts of each run's context: a budget, a trace. */
  readonly context?: (caller: { userId: string }) => Partial<Omit<RunContext, 'cancel' | 'userId'>>
}

/**
 * An agent, or a workflow, that runs at the gateway: the same value that runs on a phone. Its events are those of AG-UI.
 *
 * @example
 * createGateway({ agents: { travel: hostAgent(travelAgent) } })
 */
export function hostAgent(agent: Agent, options: Omit<HostedAgent, 'agent'> = {}): HostedAgent {
  return { agent, ...options }
}
