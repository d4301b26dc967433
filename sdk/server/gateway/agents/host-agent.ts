import type { Agent, RunContext, ToolLedger } from '../../../index.js'

/** An agent that the gateway runs for its users. */
export interface HostedAgent {
  readonly agent: Agent
  /** Makes parts of each run's context: a budget, a trace. */
  readonly context?: (caller: { userId: string }) => Partial<Omit<RunContext, 'cancel'>>
}

/** Where the gateway keeps what tool calls of a conversation have been done, from one of its runs to the next. */
export interface HostedLedgers {
  /** The ledger of a user's thread. */
  open(userId: string, threadId: string): ToolLedger | Promise<ToolLedger>
  /** Forgets a user. */
  erase(userId: string): void | Promise<void>
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
