import type { Checkpoint, CheckpointStore } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { Message } from '../protocol/messages.js'

/** The shape of what a team keeps. */
const VERSION = 1

/** Where a team stands: who answers, and the conversation where nobody else has it. */
export interface TeamPlace {
  readonly agent: string
  readonly messages?: readonly Message[]
}

/** Where a team stood, with the checkpoint of who was answering. */
export interface TeamCheckpoint extends TeamPlace { readonly member: Checkpoint }

/**
 * Reads what a team has kept.
 * @throws SampanError `agent/invalid` where a newer version has kept it.
 */
export function readTeamCheckpoint(checkpoint: Checkpoint | undefined): TeamCheckpoint | undefined {
  if (checkpoint && checkpoint.version !== VERSION) throw new SampanError('agent/invalid', 'A newer version kept this run.')
  return checkpoint?.data as TeamCheckpoint | undefined
}

/**
 * The checkpoints of a team's run, for the member that answers: its own stands inside the team's, so that after a kill
 * the same one goes on. Those of runs inside pass through.
 *
 * @param runId the team's run. @param memberRunId the member's. @param before what the run goes on from.
 */
export function teamCheckpoints(store: CheckpointStore, runId: string, memberRunId: string, before: TeamCheckpoint | undefined, place: () => TeamPlace): CheckpointStore {
  return {
    load: id => (id === memberRunId ? before?.member : store.load(id)),
    save(member) {
      if (member.runId !== memberRunId) return store.save(member)
      const data: TeamCheckpoint = { ...place(), member }
      return store.save({ runId, version: VERSION, data })
    },
    // A member's run may end long before the team's, which deletes the checkpoint itself.
    delete: id => (id === memberRunId ? undefined : store.delete(id)),
  }
}
