import type { Observable } from 'rxjs'
import type { RunState } from './run-state.js'
import type { ModelEndpoint, ModelRequest, RunInput } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Message, TokenUsage } from '../protocol/messages.js'

/** How far a run has come, for those who decide how it goes on. It is the run's own: read it, and keep none of it. */
export interface RunSoFar {
  /** Model calls made so far in this run. A run that goes on after a question begins at 0. */
  readonly step: number
  /** The conversation, all of it, without the instructions. */
  readonly messages: readonly Message[]
  /** What this run has used so far, one entry a provider and model. */
  readonly usage: readonly TokenUsage[]
  readonly input: RunInput
}

/** Whether a run ends here, with success, although its model would be called again. Asked after the tools of a step. */
export type StopPredicate = (run: RunSoFar) => boolean

/** What one step does in another way. It holds for the steps after it too, until it is changed. */
export interface StepOverrides {
  /** Another model. The agent's model middleware is around it as well. */
  model?: ModelEndpoint
  instructions?: string
  /** Stand for the conversation so far, for the model alone: the thread keeps what was said. */
  messages?: Message[]
  /** The names of the tools that are offered. A call to any other is answered like one to a tool that does not exist. */
  tools?: readonly string[]
  toolChoice?: ModelRequest['toolChoice']
  temperature?: number
  maxOutputTokens?: number
  extra?: Record<string, unknown>
}

/** Decides before each model call what its step does in another way; made by `prepare`. What it throws ends the run. */
export type PrepareStep = (state: RunState) => Observable<AgentEvent>
