import { dataOf, type Frame } from '../frames.js'

interface Chunk { choices: [{ index?: number; delta: Record<string, unknown> }]; [field: string]: unknown }

/** Text of a delta that a client only ever puts at the end of what it has. */
const textFields = new Set(['content', 'reasoning_content', 'reasoning'])

/** The longest text of one frame, in characters: what a phone takes at once without a stutter. */
const maxFoldedChars = 64 * 1024

/** A frame that only makes a text longer: which one, and by what. */
interface Growth { name: string; text: string; chunk: object; put(text: string): void }

/**
 * The same answer in fewer frames, for a client that was away for long: neighbours that make the same text longer become
 * one frame, with the number of the last. Everything else (calls of tools as they begin, finish reasons, usage, errors,
 * fields that are not known here) stays as it came.
 */
export function foldFrames(frames: readonly Frame[]): Frame[] {
  const folded: Frame[] = []
  let open: { growth: Growth; texts: string[]; chars: number; frames: Frame[] } | undefined
  const close = (): void => {
    if (!open) return
    const { growth, texts, frames: own } = open
    open = undefined
    if (own.length === 1) return void folded.push(own[0]!)
    growth.put(texts.join(''))
    folded.push({ seq: own.at(-1)!.seq, lines: [`data: ${JSON.stringify(growth.chunk)}`] })
  }
  for (const frame of frames) {
    const growth = growthOf(frame)
    if (!growth || growth.name !== open?.growth.name || open.chars > maxFoldedChars) close()
    if (!growth) folded.push(frame)
    else if (open) {
      open.texts.push(growth.text)
      open.chars += growth.text.length
      open.frames.push(frame)
    } else open = { growth, texts: [growth.text], chars: growth.text.length, frames: [frame] }
  }
  close()
  return folded
}

/** Events of a hosted run that make a text longer, and what names it. */
const growingEvents: Record<string, string> = { TEXT_MESSAGE_CONTENT: 'messageId', REASONING_MESSAGE_CONTENT: 'messageId', TOOL_CALL_ARGS: 'toolCallId' }

function growthOf(frame: Frame): Growth | undefined {
  const value = valueOf(frame)
  return growthOfRun(value) ?? growthOfCompletion(value)
}

function growthOfRun(event: Record<string, unknown>): Growth | undefined {
  const { type, delta } = event
  const owner = typeof type === 'string' && Object.hasOwn(growingEvents, type) ? growingEvents[type]! : undefined
  if (owner === undefined || typeof delta !== 'string' || !hasOnly(event, ['type', owner, 'delta', 'subagentRunId'])) return undefined
  return { name: `${type} ${event[owner]}`, text: delta, chunk: event, put: all => void (event.delta = all) }
}

function growthOfCompletion(value: Record<string, unknown>): Growth | undefined {
  const chunk = chunkOf(value)
  if (!chunk) return undefined
  const { index = 0, delta } = chunk.choices[0]
  const name = [...Object.keys(delta)].filter(key => key !== 'role' && delta[key] !== null)
  if (name.length !== 1) return undefined
  const field = name[0]!
  const text = delta[field]
  if (textFields.has(field)) {
    return typeof text === 'string' ? { name: `${index} ${field}`, text, chunk, put: all => void (delta[field] = all) } : undefined
  }
  return field === 'tool_calls' ? growthOfCall(index, text, chunk) : undefined
}

/** Arguments of a tool call that has begun: nothing but its place and more of them. */
function growthOfCall(choice: number, calls: unknown, chunk: Chunk): Growth | undefined {
  if (!Array.isArray(calls) || calls.length !== 1) return undefined
  const call = calls[0] as { index?: unknown; function?: Record<string, unknown> } | null
  if (!call || typeof call.index !== 'number' || !hasOnly(call, ['index', 'function'])) return undefined
  const { function: part } = call
  if (!part || typeof part.arguments !== 'string' || !hasOnly(part, ['arguments'])) return undefined
  return { name: `${choice} call ${call.index}`, text: part.arguments, chunk, put: all => void (part.arguments = all) }
}

/** The JSON object a frame without a name holds; an empty one where it holds none. */
function valueOf({ lines }: Frame): Record<string, unknown> {
  if (lines.some(line => line.startsWith('event'))) return {}
  try {
    return Object(JSON.parse(dataOf(lines))) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** A chunk with one choice that goes on, and nothing at its top that changes what it means. */
function chunkOf(value: Partial<Chunk>): Chunk | undefined {
  if (!Array.isArray(value.choices) || value.choices.length !== 1 || (value.usage ?? null) !== null) return undefined
  const choice = value.choices[0] as { delta?: unknown; finish_reason?: unknown } | null
  const isGoingOn = choice && isObject(choice.delta) && (choice.finish_reason ?? null) === null
  return isGoingOn && hasOnly(choice, ['index', 'delta', 'finish_reason', 'logprobs']) ? (value as Chunk) : undefined
}

function hasOnly(value: object, names: readonly string[]): boolean {
  return Object.entries(value).every(([name, field]) => names.includes(name) || field === null)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
