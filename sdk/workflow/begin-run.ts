import { labelOf, type Waiting } from './flow-run.js'
import { VERSION, type Entry, type Head, type Journal } from './journal.js'
import type { RunInput } from '../contracts.js'
import { SampanError } from '../errors.js'
import { keepRun, keptRun } from '../protocol/kept-runs.js'
import type { ResumeEntry } from '../protocol/messages.js'

/** What a run of a workflow keeps while it waits for a person: JSON of this version, in the shared state. */
export interface FlowSnapshot extends Head { readonly version: number; readonly entries: readonly Entry[] }

/** How a run begins: what it goes on with, the answers it was given, and the shared state without what it kept. */
export interface Beginning { readonly head: Head; readonly answers: readonly ResumeEntry[]; readonly state: unknown }

/**
 * Finds out how a run of a workflow begins: anew, with answers to its questions, or after a kill.
 *
 * @param flow the fingerprint of the flow as it is now.
 * @param read the input of a new run.
 */
export function beginRun(workflow: string, flow: string, input: RunInput, journal: Journal, read: () => unknown, done: (begun: Beginning) => void, failed: (thrown: unknown) => void): void {
  const { attach, resume = [], runId, state } = input
  const cleaned = (ids: readonly string[]): unknown => ids.reduce(keepNothing, state)
  if (attach) {
    return journal.load(root => {
      const wrong = refusal(workflow, flow, root)
      if (wrong || !root) return failed(wrong)
      done({ head: root, answers: root.answers, state: cleaned([root.runId]) })
    }, failed)
  }
  const own = Object.keys(Object(Object(Object(state).sampan).runs)).filter(id => Object(keptRun(state, id)).workflow === workflow)
  if (!resume.length) {
    const head: Head = { workflow, flow, runId, input: read() }
    journal.begin(head)
    // Who begins anew has not answered: what waited is over.
    return done({ head, answers: [], state: cleaned(own) })
  }
  const kept = own.map(id => keptRun(state, id) as FlowSnapshot).filter(snapshot => answersTo(snapshot, resume).length)[0]
  const wrong = refusal(workflow, flow, kept && (kept.version === VERSION ? kept : undefined))
  if (wrong || !kept) throw wrong
  const answers = answersTo(kept, resume)
  const missing = questionsOf(kept).filter(({ id }) => !answers.some(({ interruptId }) => interruptId === id))
  if (missing.length) throw new SampanError('agent/resume-incomplete', 'A resume answers all open interrupts; missing: ' + missing.map(({ id }) => id).join(', '))
  const { version: _, entries, ...head } = kept
  journal.begin(head, answers, entries)
  done({ head, answers, state: cleaned([kept.runId]) })
}

function keepNothing(state: unknown, id: string): unknown {
  return keepRun(state, id, undefined)
}

function refusal(workflow: string, flow: string, head: Head | undefined): SampanError | undefined {
  const refuse = (why: string): SampanError => new SampanError('workflow/state-unusable', 'A run of "' + workflow + '" cannot go on: ' + why)
  if (!head) return refuse('nothing that this version can read was kept of it.')
  return head.workflow === workflow && head.flow === flow ? undefined : refuse('it was begun with another flow.')
}

function questionsOf({ entries }: FlowSnapshot) {
  return ([] as Waiting['interrupts'][number][]).concat(...entries.filter(([, state]) => state === 'waits').map(([, , value]) => (value as Waiting).interrupts))
}

/** The answers to the questions of this run, under their ids: an answer may come under a question's label. */
function answersTo(snapshot: FlowSnapshot, resume: readonly ResumeEntry[]): ResumeEntry[] {
  const answers: ResumeEntry[] = []
  for (const question of questionsOf(snapshot)) {
    const answer = resume.find(({ interruptId }) => interruptId === question.id) ?? resume.find(({ interruptId }) => interruptId === labelOf(question))
    if (answer) answers.push({ ...answer, interruptId: question.id })
  }
  return answers
}
