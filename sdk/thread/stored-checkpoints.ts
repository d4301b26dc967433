import type { Conversation } from './conversation.js'
import type { CheckpointStore } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { Clock } from '../platform/platform.js'

/** Characters of JSON that runs inside a run may keep together. They are written with every save. */
const MAX_CHARS = 200_000

/**
 * Keeps the checkpoint of the run that goes on with the conversation, and those of runs inside it. What a run keeps in
 * pieces stands under its id, `#` and a word: with each piece it is further, and says less again. Their run's end drops all.
 */
export function storedCheckpoints(conversation: Conversation, clock: Clock, save: () => void): CheckpointStore {
  const { children } = conversation
  return {
    load: runId => (conversation.checkpoint?.runId === runId ? conversation.checkpoint : children.get(runId)),
    save(checkpoint) {
      const { runId } = checkpoint
      const own = runId === conversation.runId ? checkpoint : conversation.checkpoint
      if (own !== checkpoint) {
        const before = children.get(runId)
        children.set(runId, checkpoint)
        if (JSON.stringify(Array.from(children.values())).length > MAX_CHARS) {
          if (before) children.set(runId, before)
          else children.delete(runId)
          throw new SampanError('thread/storage-full', 'The checkpoints of this run are larger than ' + MAX_CHARS + ' characters.')
        }
      }
      if (own && runId.split('#')[0] === conversation.runId) conversation.checkpoint = { ...own, parts: conversation.live?.partCount ?? 0, at: clock.now() }
      save()
    },
    delete(runId) {
      // That of the run itself goes when the conversation has taken its end in.
      children.delete(runId)
    },
  }
}
