import { canonicalJson } from '../protocol/json.js'
import { keep, kept } from '../protocol/kept-runs.js'

/** What a person has said for good about the tools of a run inside, as it stands in the state of the run around it. */
export function childApprovals(state: unknown, name: string): unknown {
  return kept(state, 'approvals', shelfOf(name))
}

/**
 * The state with what a run inside has told of it at its end; the state itself where that is nothing new.
 *
 * @param given what the run inside was begun with. Another of the same name may have told of some meanwhile.
 */
export function keepChildApprovals(state: unknown, name: string, given: unknown, told: unknown): unknown {
  if (told === undefined || canonicalJson(told) === canonicalJson(given)) return state
  return keep(state, 'approvals', shelfOf(name), { ...Object(childApprovals(state, name)), ...Object(told) })
}

/** No tool's own name: what is said about the tools inside is not said about the tool that they are in. */
function shelfOf(name: string): string {
  return name + '/'
}
