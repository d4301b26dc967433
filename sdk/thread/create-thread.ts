import { Observable, type Subscriber } from 'rxjs'
import { createConversation, changed, stateOf, type Conversation } from './conversation.js'
import { createEmitter, listen } from './emitter.js'
import { createFlusher } from './flusher.js'
import { memoryStore } from './memory-store.js'
import type { ThreadError, ThreadState } from './messages.js'
import { createRunControl } from './run-control.js'
import { answer, answerCall, cancel, clear, edit, leave, regenerate, restored, runEnded, send, type ThreadCore } from './thread-actions.js'
import type { Thread, ThreadOptions } from './thread.js'
import { createIds } from '../context/run-context.js'
import type { AnyTool } from '../contracts.js'
import type { ErrorCode, SampanError } from '../errors.js'
import { systemClock, type Clock } from '../platform/platform.js'
import type { NumberedEvent } from '../protocol/events.js'
import { stringFor } from '../strings.js'

/** What may be otherwise the next time, by itself. A wrong address, a refused token or a body too large stays what it is. */
const PASSING = /^(endpoint|transport\/(?!http|tls|dom|un|too|not|pro))/

/**
 * A conversation with an agent. It is there at once; with a store, what was stored arrives a moment later (`status` is
 * `restoring` until then, and what is sent meanwhile waits).
 *
 * @example
 * const thread = createThread({ agent, platform, id: 'barista' })
 * thread.on('text', delta => append(delta))
 * thread.send('来一杯冰拿铁')
 */
export function createThread<Tools extends AnyTool = AnyTool>(options: ThreadOptions<Tools>): Thread<Tools> {
  const { id, clock = systemClock, flushMs = 80 } = options
  const conversation = createConversation(labelOf(options), code => stringFor(code, options.strings), options.growingArgs)
  const listeners = new Set<Subscriber<NumberedEvent>>()
  const core = createCore(options, conversation, clock, listeners)
  const { emitter, runs, save } = core
  return {
    id,
    get state() {
      return stateOf(conversation) as ThreadState<Tools>
    },
    state$: watch(conversation, clock, flushMs, state => state as ThreadState<Tools>),
    messages$: watch(conversation, clock, flushMs, ({ messages }) => messages as ThreadState<Tools>['messages']),
    events$: new Observable(subscriber => {
      listeners.add(subscriber)
      return () => listeners.delete(subscriber)
    }),
    on: (name, listener) => listen(emitter, name, listener as never),
    send: content => send(core, content),
    cancel: () => cancel(core),
    approve: (toolCallId, editedArgs, how) => answerCall(core, toolCallId, { ...how, approved: true, editedArgs }),
    deny: (toolCallId, reason, how) => answerCall(core, toolCallId, { ...how, approved: false, reason }),
    answer: (interruptId, payload) => answer(core, interruptId, payload),
    edit: (messageId, content) => edit(core, messageId, content),
    regenerate: messageId => regenerate(core, messageId),
    clear: () => clear(core),
    dispose() {
      save()
      core.stop()
      runs.leave()
      listeners.forEach(listener => listener.complete())
    },
  }
}

/** What the actions of a thread work with, put together; and what is stored of it is being read. */
function createCore(options: ThreadOptions, conversation: Conversation, clock: Clock, listeners: ReadonlySet<Subscriber<NumberedEvent>>): ThreadCore & { stop(): void } {
  const { agent, platform, store, context } = options
  const ids = (context && context.ids) || createIds(clock)
  const emitter = createEmitter()
  const toError = (code: ErrorCode): ThreadError => ({ code, text: conversation.textOf(code), retryable: PASSING.test(code) })
  const onError = (error: SampanError): void => {
    conversation.error = toError(error.code)
    emitter.emit('error', conversation.error)
    changed(conversation)
  }
  const told = {
    onError,
    onRestored(error: SampanError | null) {
      restored(core)
      if (error) onError(error)
    },
    onLeave: (left: () => void) => leave(core, left),
  }
  const isResumable = agent.info.capabilities?.resumable === true
  const kept = platform && store ? store({ ...told, id: options.id, platform, conversation, clock, isResumable }) : memoryStore(told, platform)
  const runs = createRunControl({
    ...options,
    conversation,
    context: { checkpoints: kept.checkpoints, ledger: kept.ledger, ...context, clock, ids },
    toError,
    onEvent(event, seq) {
      if (listeners.size) listeners.forEach(listener => listener.next({ seq, event }))
      // Who listens to text may cancel right there: the event itself has to come before what follows from it.
      emitter.emit('event', event)
      // What a run inside this one says is not the answer.
      if (event.type === 'TEXT_MESSAGE_CONTENT' && event.subagentRunId === undefined) emitter.emit('text', event.delta)
      else if (event.type === 'TOOL_CALL_RESULT') kept.save()
    },
    onEnd() {
      // Without an open question no call can be taken up again; another may come to have the same id.
      if (!conversation.interrupts.length) kept.ledger.clear()
      runEnded(core)
    },
  })
  const core = { ...options, ...kept, conversation, runs, emitter, ids, clock, queue: [], answers: new Map(), told: conversation.status }
  kept.restore()
  return core
}

/** Every mini-program's host wants what AI generates to be labelled; a browser and Node want nothing. */
function labelOf({ label, platform, strings }: Pick<ThreadOptions, 'label' | 'platform' | 'strings'>): string {
  return label ?? (platform && !/^(web|node)$/.test(platform.host.name) ? stringFor('label', strings) : '')
}

/** What `select` takes of the state now and, where that is another, after changes in the rhythm of `flushMs`. Each subscriber has its own rhythm. */
function watch<T>(conversation: Conversation, clock: Clock, flushMs: number, select: (state: ThreadState) => T): Observable<T> {
  return new Observable(subscriber => {
    let last: T | undefined
    const tell = (): void => {
      const next = select(stateOf(conversation))
      if (next !== last) subscriber.next((last = next))
    }
    const { mark, now, stop } = createFlusher(clock, flushMs, tell)
    let { status } = conversation
    const { watchers } = conversation
    const watcher = (): void => {
      mark()
      // A run that ends or waits is shown at once: whoever waits for it should not wait for a timer too.
      if (status !== conversation.status) now()
      status = conversation.status
    }
    watchers.add(watcher)
    subscriber.add(() => {
      watchers.delete(watcher)
      stop()
    })
    tell()
  })
}
