import type { Conversation } from './conversation.js'
import type { Checkpoint, CheckpointStore } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { Clock } from '../platform/platform.js'

/** Characters of JSON that runs inside a run may keep together. */
const MAX_CHARS = 200_000

/**
 * Keeps the checkpoint of the run that goes on with the conversation, and those of runs inside it. What a run keeps in
 * pieces stands under its id, `#` and a word: with each piece it is further, and says less again. Their run's end drops all.
 *
 * Where they are too large the run cannot go on after a kill, and nothing of it is kept: from an older place it would do
 * again what has been done since.
 */
export function storedCheckpoints(conversation: Conversation, clock: Clock, save: () => void | PromiseLike<void>): CheckpointStore {
  const { children } = conversation
  const sizes = new WeakMap<Checkpoint, number>()
  let lost: string | undefined
  return {
    load: runId => children.get(runId),
    save(checkpoint) {
      const { runId } = checkpoint
      const run = conversation.runId!
      const isLost = lost === run
      let chars = 0
      if (!isLost) {
        children.set(runId, checkpoint)
        sizes.set(checkpoint, runId === run ? 0 : JSON.stringify(checkpoint).length)
        children.forEach(kept => (chars += sizes.get(kept) || 0))
      }
      if (isLost || chars > MAX_CHARS) {
        lost = run
        conversation.checkpoint = undefined
        children.clear()
        if (!isLost) void save()
        throw new SampanError('thread/storage-full', 'The run\'s checkpoints are larger than ' + MAX_CHARS + ' characters.')
      }
      if (runId === run || (conversation.checkpoint && runId.split('#')[0] === run)) {
        conversation.checkpoint = { runId: run, parts: conversation.live ? conversation.live.parts.length : 0, at: clock.now() }
      }
      return save()
    },
    delete(runId) {
      // That of the run itself goes when the conversation has taken its end in.
      if (runId !== conversation.runId) children.delete(runId)
    },
  }
}
