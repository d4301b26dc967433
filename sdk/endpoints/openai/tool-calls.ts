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
  providerId: string | undefined
  /** What the provider said, and where it really is: two calls may both claim index 0. */
  readonly index: number | undefined
  readonly place: number
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

  function open(providerId: string | undefined, index: number | undefined): Call {
    const isTaken = index === undefined || calls.some(call => call.place === index)
    const place = isTaken ? calls.length : index
    const call: Call = { toolCallId: providerId ?? ids('call'), providerId, index, place, name: '', args: '', isWhole: false, hasStarted: false }
    calls.push(call)
    return call
  }
  /** In the order in which the calls came: those before it have their names by now. */
  function startUpTo(call: Call): void {
    for (const earlier of calls.slice(0, calls.indexOf(call))) if (earlier.name && !earlier.hasStarted) start(earlier)
    start(call)
  }
  function start(call: Call): void {
    call.hasStarted = true
    emit({ type: 'tool-call-start', toolCallId: call.toolCallId, toolCallName: call.name })
    if (call.args) emit({ type: 'tool-call-delta', toolCallId: call.toolCallId, delta: call.args })
  }
  return {
    add(delta) {
      const args = argumentText(delta.function?.arguments)
      const name = delta.function?.name || ''
      const id = delta.id || undefined
      const found = find(calls, id, delta.index, name, args)
      if (found === 'ambiguous') return
      const call = found ?? open(id, delta.index)
      call.providerId ??= id
      call.args += args
      if (call.hasStarted) {
        if (args) emit({ type: 'tool-call-delta', toolCallId: call.toolCallId, delta: args })
        return
      }
      // A name may come in parts, or whole again with each fragment; the arguments say that it is complete.
      if (name !== call.name) call.name += name
      if (call.name && call.args) startUpTo(call)
    },
    end: () => calls.forEach(call => call.hasStarted || start(call)),
    get count() {
      return calls.length
    },
  }
}

/** The call a fragment continues; `undefined` where it begins a new one. */
function find(calls: readonly Call[], id: string | undefined, index: number | undefined, name: string, args: string): Call | 'ambiguous' | undefined {
  const atIndex = index === undefined ? undefined : last(calls, call => call.index === index || call.place === index)
  if (id !== undefined) {
    const known = last(calls, call => call.providerId === id)
    if (known) return name && index !== undefined && known.index !== undefined && known.index !== index ? undefined : known
    if (!atIndex) return undefined
    // The id of a call that had none comes late; a second id at the same index is a second call.
    if (atIndex.providerId === undefined) return atIndex
    return name || /^\s*[{[]/.test(args) ? undefined : atIndex
  }
  if (index !== undefined) return atIndex ?? (name || calls.length === 0 ? undefined : last(calls, () => true))
  if (name || !calls.length) return undefined
  // Neither id, index nor name: it goes on with the last call, if no other can be meant.
  return calls.slice(0, -1).every(isWhole) ? calls[calls.length - 1] : 'ambiguous'
}

function isWhole(call: Call): boolean {
  call.isWhole = call.isWhole || parseJson(call.args) !== undefined
  return call.isWhole
}

function last(calls: readonly Call[], fits: (call: Call) => boolean): Call | undefined {
  for (let i = calls.length - 1; i >= 0; i--) if (fits(calls[i]!)) return calls[i]
  return undefined
}

/** Some hosts send the arguments as an object instead of text. */
function argumentText(args: unknown): string {
  if (typeof args === 'string') return args
  return args === undefined || args === null ? '' : JSON.stringify(args)
}
