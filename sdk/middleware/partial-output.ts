import type { RunMiddleware } from '../contracts.js'
import { customEvent } from '../protocol/custom-events.js'
import type { AgentEvent } from '../protocol/events.js'
import { createJsonReader, type JsonReader } from '../protocol/partial-json.js'
import { transform } from '../protocol/transform.js'

/** A value goes out when the text has grown by a quarter since the last: all copies together stay within five times the text. */
const GROWTH = 1.25
/** The first value goes out after so many characters. */
const FIRST_CHARS = 8

/**
 * Shows a structured answer while it is written: besides the text, `sampan:output-grown` events tell the value as far as
 * it is known. Strings grow, keys appear with their values; what it says is not checked: the checked value is the
 * `result` of the run. Put it into an agent that has an `output`.
 *
 * @example
 * const agent = createAgent({ model, output: jsonOutput(trip), middleware: [partialOutput()] })
 */
export function partialOutput(): RunMiddleware {
  return (input, context, next) =>
    next(input, context).pipe(
      transform<AgentEvent, AgentEvent>(emit => {
        const read = readOutput((messageId, value) => emit(customEvent('sampan:output-grown', { messageId, value })))
        return {
          next(event) {
            emit(event)
            // The text of a run inside this one is not its output.
            if (!('subagentRunId' in event) || event.subagentRunId === undefined) read(event)
          },
        }
      }),
    )
}

function readOutput(tell: (messageId: string, value: unknown) => void) {
  let reader: JsonReader | undefined
  let chars = 0
  let told = 0
  const say = (messageId: string): void => {
    const { value } = reader!
    if (value === undefined || told === chars) return
    told = chars
    // The reader goes on with its own object.
    tell(messageId, JSON.parse(JSON.stringify(value)))
  }
  return (event: AgentEvent): void => {
    if (event.type === 'TEXT_MESSAGE_START') {
      reader = undefined
      chars = told = 0
    } else if (event.type === 'TEXT_MESSAGE_CONTENT') {
      const { messageId, delta } = event
      // Some models open a code fence first, although they were asked for JSON only.
      const start = reader ? 0 : delta.search(/[{[]/)
      if (start < 0) return
      reader ??= createJsonReader()
      reader.push(start ? delta.slice(start) : delta)
      // The fence that closes, or words behind the JSON, are no part of it.
      if (!reader.isBroken) chars += delta.length - start
      if (chars >= Math.max(FIRST_CHARS, told * GROWTH)) say(messageId)
    } else if (event.type === 'TEXT_MESSAGE_END' && reader) say(event.messageId)
  }
}
