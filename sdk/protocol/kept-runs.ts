import { own } from './own.js'

// What runs that wait for a person keep travels in AG-UI's shared state, under `sampan.runs`: whoever resumes sends the
// state back, so neither phone nor gateway has to remember anything for it. What a person said for good travels the same
// way, under `sampan.approvals`.

type Shelf = 'runs' | 'approvals'

/** What a run kept when it asked, by the id it is known under. */
export function keptRun(state: unknown, runId: string): unknown {
  return kept(state, 'runs', runId)
}

/** The ids of all runs that keep something. */
export function keptRunIds(state: unknown): string[] {
  return Object.keys(Object(shelfOf(state, 'runs')))
}

/** The state with what a run keeps; without it where `kept` is `undefined`. The state given is not changed. */
export function keepRun(state: unknown, runId: string, kept: unknown): unknown {
  return keep(state, 'runs', runId, kept)
}

/** The state without what runs keep: nobody answers their questions any more. */
export function forgetRuns(state: unknown): unknown {
  return shelfOf(state, 'runs') ? changed(state, undefined, 'sampan', 'runs') : state
}

/** All that a person has said for good in this state. */
export function approvalsOf(state: unknown): unknown {
  return shelfOf(state, 'approvals')
}

/** The state with this as all that a person has said for good. The state given is not changed. */
export function withApprovals(state: unknown, approvals: unknown): unknown {
  return approvals === undefined ? state : changed(state, approvals, 'sampan', 'approvals')
}

/** What stands in the state under a name of ours. */
export function kept(state: unknown, shelf: Shelf, key: string): unknown {
  return own(shelfOf(state, shelf), key)
}

/** The state with something under a name of ours; without it where it is `undefined`. The state given is not changed. */
export function keep(state: unknown, shelf: Shelf, key: string, value: unknown): unknown {
  return kept(state, shelf, key) === value ? state : changed(state, value, 'sampan', shelf, key) || {}
}

function shelfOf(state: unknown, shelf: Shelf): { readonly [key: string]: unknown } | undefined {
  return Object(Object(state).sampan)[shelf]
}

/** A copy with one field changed, on a path of its own, or none where nothing is left. */
function changed(object: unknown, value: unknown, key: string, ...path: string[]): Record<string, unknown> | undefined {
  const copy: Record<string, unknown> = { ...Object(object) }
  copy[key] = path.length ? changed(copy[key], value, ...(path as [string])) : value
  if (copy[key] === undefined) delete copy[key]
  return Object.keys(copy).length ? copy : undefined
}
