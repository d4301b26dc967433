import type { Conversation } from './conversation.js'
import type { CheckpointStore } from '../contracts.js'
import type { Clock } from '../platform/platform.js'

/** Keeps the checkpoint of the run that goes on with the conversation: there is never more than one. */
export function storedCheckpoints(conversation: Conversation, clock: Clock, save: () => void): CheckpointStore {
  return {
    load: runId => (conversation.checkpoint?.runId === runId ? conversation.checkpoint : undefined),
    save(checkpoint) {
      conversation.checkpoint = { ...checkpoint, parts: conversation.live?.partCount ?? 0, at: clock.now() }
      save()
    },
    delete() {
      // The end of the run clears it, when the conversation has taken the end in.
    },
  }
}
