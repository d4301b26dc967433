import { VERSION, type FlowSnapshot, type Root } from './journal.js'
import type { Waiting } from './flow-run.js'
import type { Checkpoint, RunInput } from '../contracts.js'
import { SampanError } from '../errors.js'
import { keepRun, keptRun, keptRunIds } from '../protocol/kept-runs.js'
import type { ResumeEntry } from '../protocol/messages.js'

/** Which workflow a run is of: its name, and the fingerprint of its flow as it is now. */
type Origin = Pick<Root, 'workflow' | 'flow'>

/**
 * Finds out how a run of a workflow begins: anew, with answers to its questions, or after a kill.
 *
 * @param stored what was kept for a kill.
 * @param read the input of a new run.
 * @returns what it goes on with, and the shared state without what it kept.
 * @throws SampanError `workflow/state-unusable`, `agent/resume-incomplete`.
 */
export function rootOf(origin: Origin, { attach, resume = [], runId, state }: RunInput, stored: Checkpoint | undefined, read: () => unknown): { root: Root; state: unknown } {
  const without = (ids: readonly string[]): unknown => ids.reduce((rest, id) => keepRun(rest, id, undefined), state)
  if (attach) {
    const root = usable(origin, stored && (stored.data as Root))
    return { root, state: without([root.runId]) }
  }
  const own = keptRunIds(state).filter(id => Object(keptRun(state, id)).workflow === origin.workflow)
  // Who begins anew has not answered: what waited is over.
  if (!resume.length) return { root: { ...origin, version: VERSION, runId, input: read(), entries: [], answers: [] }, state: without(own) }
  // The one that waits: who began anew has dropped those before.
  const kept = usable(origin, keptRun(state, own[0]!) as FlowSnapshot | undefined)
  const answers: ResumeEntry[] = []
  const missing: string[] = []
  for (const [, state, waiting] of kept.entries) {
    for (const { id: interruptId, metadata } of state === 'waits' ? (waiting as Waiting).interrupts : []) {
      const under = (name: unknown): ResumeEntry | undefined => resume.find(entry => entry.interruptId === name)
      const answer = under(interruptId) || under(Object(Object(metadata).sampan).label)
      if (answer) answers.push({ ...answer, interruptId })
      else missing.push(interruptId)
    }
  }
  if (missing.length) throw new SampanError('agent/resume-incomplete', 'A resume answers all open interrupts; missing: ' + missing.join(', '))
  return { root: { ...kept, answers }, state: without([kept.runId]) }
}

function usable<Kept extends FlowSnapshot>({ workflow, flow }: Origin, kept: Kept | undefined): Kept {
  const isReadable = kept && kept.version === VERSION
  if (isReadable && kept.workflow === workflow && kept.flow === flow) return kept
  throw new SampanError('workflow/state-unusable', 'A run of "' + workflow + '" cannot go on: ' + (isReadable ? 'it was begun with another flow.' : 'nothing was kept of it that can be read here.'))
}
