import { dataOf, type Frame } from '../frames.js'

interface Chunk { choices: [{ index?: number; delta: Record<string, unknown> }]; [field: string]: unknown }

/** Text of a delta that a client only ever puts at the end of what it has. */
const textFields = new Set(['content', 'reasoning_content', 'reasoning'])

/** The longest text of one frame, in characters: what a phone takes at once without a stutter. */
const maxFoldedChars = 64 * 1024

/** A frame that only makes a text longer: which one, and by what. */
interface Growth { name: string; text: string; chunk: Chunk; put(text: string): void }

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

function growthOf(frame: Frame): Growth | undefined {
  const chunk = chunkOf(frame)
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

/** A chunk with one choice that goes on, and nothing at its top that changes what it means. */
function chunkOf(frame: Frame): Chunk | undefined {
  if (frame.lines.some(line => line.startsWith('event'))) return undefined
  let value: Partial<Chunk> | null
  try {
    value = JSON.parse(dataOf(frame.lines)) as Partial<Chunk> | null
  } catch {
    return undefined
  }
  if (!value || !Array.isArray(value.choices) || value.choices.length !== 1 || (value.usage ?? null) !== null) return undefined
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
