import type { Observable } from 'rxjs'
import { readHistory } from './history.js'
import { unwaited } from './ledger.js'
import { phaseOf } from './phase-of.js'
import type { RunState } from './run-state.js'
import { addUsage } from './usage.js'
import type { Checkpoint } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Message, ResumeEntry, TokenUsage } from '../protocol/messages.js'

/** The shape of what a run keeps. Another number is another shape. */
const VERSION = 1

/**
 * Where a run stood when it called the model: what the ids of its logs begin with, and how many calls had been made before, and
 * what they used; or the answers it goes on with, before runs inside it do. A run inside another keeps its conversation
 * as well: nobody else has it.
 */
interface Data { logId?: string; step: number; resume?: readonly ResumeEntry[]; usage: readonly TokenUsage[]; messages?: readonly Message[] }

/** Keeps where the run stands, before the model is called, or runs inside it go on. Where that fails, the run only cannot go on after a kill. */
export function saveCheckpoint(state: RunState, logs?: string, done?: () => void): void {
  const { context, input: { runId, parentRunId, resume }, step, usage, messages } = state
  const data: Data = { logId: logs, step, resume: logs === undefined ? resume : undefined, usage: usage.slice(), messages: parentRunId === undefined ? undefined : messages.slice() }
  unwaited(state, () => context.checkpoints.save({ runId, version: VERSION, data }), 'checkpoint-failed', { runId }, done)
}

/**
 * Goes on with a run whose app was killed: the model call that was open is read again from its log, from its start, and
 * what the tools did after it is in the ledger. The input holds the conversation as it was before that call. Of answers,
 * those that a person has given since then count.
 */
export function attachStep(state: RunState): Observable<AgentEvent> {
  const { context, input } = state
  // The guard says that the run has begun, when it says anything.
  return phaseOf<Checkpoint | undefined>(
    () => context.checkpoints.load(input.attach!.runId),
    checkpoint => {
      if (Object(checkpoint).version !== VERSION) throw new SampanError('agent/invalid', 'No checkpoint to go on from.')
      const { logId: logs, step, resume, usage, messages } = checkpoint!.data as Data
      usage.forEach(used => addUsage(state.usage, used))
      Object.assign(state, { step, logs, joins: logs && true, phase: resume ? 'resume' : 'model', input: resume ? { ...input, resume: (input.resume || []).concat(resume) } : input })
      readHistory(state, !!resume, messages)
    },
  )
}
