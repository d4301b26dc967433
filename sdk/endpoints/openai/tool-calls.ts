import type { IdSource, ModelEvent } from '../../contracts.js'
import { parseJson } from '../../protocol/json.js'

/** One entry of `delta.tool_calls`, as providers really send it: anything may be missing. */
export interface ToolCallDelta {
  index?: number
  id?: string | null
  function?: { name?: string | null; arguments?: unknown }
}

interface Call {
  /** Ours: the provider's first id, or one we made. Stays the same to the end. */
  readonly toolCallId: string
  providerId: string | null | undefined
  /** What the provider said: two calls may both claim index 0. */
  readonly index: number | undefined
  name: string
  args: string
  /** The arguments were once found to be complete JSON. */
  isWhole: boolean
  hasStarted: boolean
}

/** Puts fragments of tool calls where they belong. */
export interface ToolCallTracker {
  add(delta: ToolCallDelta): void
  /** Starts what got no arguments or no name, so that nothing the model asked for is lost in silence. */
  end(): void
  readonly count: number
}

/**
 * Sorts fragments into calls. Providers leave out indexes, send 0 for all, give ids late or never, and split heads from
 * tails; the order of the rules in `find` is what copes with all of them (fixtures F1–F10).
 */
export function createToolCallTracker(ids: IdSource, emit: (event: ModelEvent) => void): ToolCallTracker {
  const calls: Call[] = []

  const passOn = ({ toolCallId }: Call, delta: string): void => {
    if (delta) emit({ type: 'tool-call-delta', toolCallId, delta })
  }
  const start = (call: Call): void => {
    if (call.hasStarted) return
    call.hasStarted = true
    emit({ type: 'tool-call-start', toolCallId: call.toolCallId, toolCallName: call.name })
    passOn(call, call.args)
  }
  return {
    add({ id, index, function: { name, arguments: given } = {} }) {
      const args = argumentText(given)
      let call = find(calls, id, index, name, args)
      if (call === 'ambiguous') return
      if (!call) calls.push((call = { toolCallId: id || ids('call'), providerId: id, index, name: '', args: '', isWhole: false, hasStarted: false }))
      call.providerId = call.providerId || id
      call.args += args
      if (call.hasStarted) return passOn(call, args)
      // A name may come in parts, or whole again with each fragment; the arguments say that it is complete.
      if (name && name !== call.name) call.name += name
      // In the order in which the calls came: those before it have their names by now.
      if (call.name && call.args) calls.slice(0, calls.indexOf(call) + 1).forEach(each => each.name && start(each))
    },
    end: () => calls.forEach(start),
    get count() {
      return calls.length
    },
  }
}

/** The call a fragment continues; `undefined` where it begins a new one. */
function find(calls: readonly Call[], id: string | null | undefined, index: number | undefined, name: string | null | undefined, args: string): Call | 'ambiguous' | undefined {
  const last = (fits: (call: Call) => boolean): Call | undefined => calls.filter(fits).pop()
  // An index that nobody has claimed may still say where the call really is.
  const there = index === undefined ? undefined : last(call => call.index === index) || calls[index]
  if (id) {
    const known = last(call => call.providerId === id)
    const isAnother = known
      ? name && index !== undefined && known.index !== undefined && known.index !== index
      : // The id of a call that had none comes late; a second id at the same index is a second call.
        there && there.providerId && (name || /^\s*[{[]/.test(args))
    return isAnother ? undefined : known || there
  }
  if (there || name || !calls.length) return there
  // Its index names nobody, or there is nothing to tell by: it goes on with the last call, if no other can be meant.
  return index !== undefined || calls.slice(0, -1).every(isWhole) ? calls[calls.length - 1] : 'ambiguous'
}

function isWhole(call: Call): boolean {
  call.isWhole = call.isWhole || parseJson(call.args) !== undefined
  return call.isWhole
}

/** Some hosts send the arguments as an object instead of text. */
function argumentText(args: unknown): string {
  return typeof args === 'string' ? args : args ? JSON.stringify(args) : ''
}
