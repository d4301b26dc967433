import { createShelves, type Fields, type NoteOwner, type NoteStore, type Shelf } from './note-shelves.js'
import { defineTool } from '../agent/define-tool.js'
import type { AnyTool, RunInput, RunMiddleware, Schema, SchemaOutput } from '../contracts.js'
import { errorMessage, SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { JsonSchema } from '../protocol/json.js'
import { toJsonSchema, validateWith } from '../protocol/schema.js'
import { concat, defer } from '../protocol/streams.js'
import { transform } from '../protocol/transform.js'

export type { NoteOwner, NoteStore } from './note-shelves.js'

export interface WorkingMemoryOptions<S extends Schema> {
  /** What a note may hold: an object, each field of it optional. */
  schema: S
  /** Distinguishes two notes of one agent: letters, digits and `_`. Default `note`. The tool is called `update_<name>`. */
  name?: string
  /** What the note is for, for the model. Default: what is worth knowing about the user. */
  description?: string
  /** What stands in it at first. Default nothing. */
  initial?: SchemaOutput<S>
  /**
   * Where it is kept besides the conversation's state: for all conversations of a user, whom a gateway names. On a phone, where
   * it is read once, make another memory for another user.
   */
  store?: NoteStore<SchemaOutput<S>>
}

/** A note that an agent keeps. Give it both: the tool writes, the middleware shows and keeps. */
export interface WorkingMemory<Note> {
  readonly tool: AnyTool
  readonly middleware: RunMiddleware
  /** The note in AG-UI's shared state. */
  read(state: unknown): Note | undefined
}

interface State { readonly sampan?: { readonly memory?: Readonly<Record<string, Fields>> } }
interface Page { note: Fields; isChanged: boolean; readonly shelf: Shelf }

const DESCRIPTION = 'What you know about the user. Keep it up to date when you learn something that lasts.'

/**
 * A small typed note that the agent reads before each answer and edits through a tool. It travels in AG-UI's shared state,
 * under `sampan.memory`, so it survives restarts with the conversation.
 *
 * @example
 * const memory = workingMemory({ schema: z.object({ name: z.optional(z.string()), allergies: z.optional(z.array(z.string())) }) })
 * createAgent({ model, tools: [memory.tool], middleware: [memory.middleware] })
 */
export function workingMemory<S extends Schema>({ schema, name = 'note', description = DESCRIPTION, initial, store }: WorkingMemoryOptions<S>): WorkingMemory<SchemaOutput<S>> {
  const pages = new Map<string, Page>()
  const shelves = createShelves(store)
  const tool = defineTool({
    name: 'update_' + name,
    description: description + ' Give only the fields that change; `null` removes one.',
    input: patchSchema(toJsonSchema(schema)),
    // The same change made twice is the same note.
    replay: 'idempotent',
    execute(change: Fields, { runId, userId, threadId }) {
      const owner: NoteOwner = { userId, threadId }
      const page = pages.get(pageId(owner, runId))
      if (!page) throw new SampanError('agent/invalid', 'The middleware of this memory is not among the agent’s.')
      const { shelf } = page
      // Another run may have changed it since this one began.
      const checked = validateWith<Fields>(schema, patched(shelf.note ?? page.note, change))
      if (!checked.ok) throw new Error('The note would not fit: ' + checked.issues)
      page.note = checked.value
      page.isChanged = true
      // One that could not be read holds what nobody here knows: it is not written over.
      if (!store || !shelf.isRead) return 'Noted.'
      shelf.note = checked.value
      return Promise.resolve(store.save(checked.value as SchemaOutput<S>, owner)).then(() => 'Noted.')
    },
  })
  const middleware: RunMiddleware = (input, context, next) =>
    defer(() => {
      const owner: NoteOwner = { userId: context.userId, threadId: input.threadId }
      const id = pageId(owner, input.runId)
      const shelf = shelves.take(owner)
      const release = (): void => {
        pages.delete(id)
        shelves.giveBack(owner)
      }
      const run = defer(() => {
        const page: Page = { shelf, note: shelf.note ?? noteOf(input.state, name) ?? (initial as Fields | undefined) ?? {}, isChanged: false }
        pages.set(id, page)
        return next(shownIn(input, description, page), context).pipe(keepNote(input, name, page))
      })
      // Without its store an agent still has the conversation's own note.
      const failed = (thrown: unknown): void => context.trace('memory-failed', { name, message: errorMessage(thrown) })
      return concat<AgentEvent>(shelves.load(owner, failed), run).pipe(transform<AgentEvent, AgentEvent>(emit => ({ next: emit, release })))
    })
  return { tool, middleware, read: state => noteOf(state, name) as SchemaOutput<S> | undefined }
}

/** Ids of runs and threads are the clients' word: two users may have the same at the same time. */
function pageId({ userId, threadId }: NoteOwner, runId: string): string {
  return JSON.stringify([userId, threadId, runId])
}

function noteOf(state: unknown, name: string): Fields | undefined {
  return (Object(state) as State).sampan?.memory?.[name]
}

function withNote(state: unknown, name: string, note: Fields): unknown {
  const { sampan, ...rest } = Object(state) as State
  return { ...rest, sampan: { ...sampan, memory: { ...sampan?.memory, [name]: note } } }
}

/** The input with the note in its context: read anew at each call of the model. */
function shownIn(input: RunInput, description: string, page: Page): RunInput {
  const entry = {
    description,
    get value() {
      return JSON.stringify(page.note)
    },
  }
  return { ...input, context: input.context.concat(entry) }
}

function keepNote({ state }: RunInput, name: string, page: Page) {
  return transform<AgentEvent, AgentEvent>(emit => {
    let last: unknown = state
    let isKept = false
    return {
      next(event) {
        if (event.type === 'STATE_SNAPSHOT') {
          last = event.snapshot
          return emit(isKept || page.isChanged ? { ...event, snapshot: (last = withNote(last, name, page.note)) } : event)
        }
        emit(event)
        if (!page.isChanged) return
        page.isChanged = false
        isKept = true
        emit({ type: 'STATE_SNAPSHOT', snapshot: (last = withNote(last, name, page.note)) })
      },
    }
  })
}

/** Fields of a note, each by itself, and `null` for one that goes. */
function patchSchema({ properties = {} }: JsonSchema): JsonSchema {
  const fields: JsonSchema = {}
  for (const key of Object.keys(properties)) fields[key] = { anyOf: [properties[key], { type: 'null' }] }
  return { type: 'object', properties: fields, additionalProperties: false }
}

function patched(note: Fields, change: Fields): Fields {
  const result: Fields = { ...note, ...change }
  for (const key of Object.keys(result)) if (result[key] === null) delete result[key]
  return result
}
