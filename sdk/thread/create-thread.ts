import { Observable, type Subscriber } from 'rxjs'
import { ThreadActions } from './thread-actions.js'
import { Conversation, type StoredCheckpoint } from './conversation.js'
import { storedCheckpoints } from './stored-checkpoints.js'
import { createEmitter, type ThreadEmitter } from './emitter.js'
import { createFlusher } from './flusher.js'
import type { ThreadError, ThreadState } from './messages.js'
import { Persistence } from './persistence.js'
import { RunControl } from './run-control.js'
import type { Thread, ThreadOptions } from './thread.js'
import { createIds } from '../context/run-context.js'
import type { AnyTool } from '../contracts.js'
import type { ErrorCode, SampanError } from '../errors.js'
import { systemClock, type Clock } from '../platform/platform.js'
import { transform } from '../protocol/transform.js'
import type { AgentEvent, NumberedEvent } from '../protocol/events.js'
import { stringFor } from '../strings.js'

/** How long after a kill a run may go on, in milliseconds: somewhat less than a gateway keeps its logs by default. */
const RESUMABLE_MS = 55 * 60_000

/**
 * A conversation with an agent. It is there at once; what was stored arrives a moment later (`status` is `restoring`
 * until then, and what is sent meanwhile waits).
 *
 * @example
 * const thread = createThread({ agent, platform, id: 'barista' })
 * thread.on('text', delta => append(delta))
 * thread.send('来一杯冰拿铁')
 */
export function createThread<Tools extends AnyTool = AnyTool>(options: ThreadOptions<Tools>): Thread<Tools> {
  const { id, clock = systemClock, flushMs = 80 } = options
  const conversation = new Conversation(labelOf(options))
  const emitter = createEmitter()
  const listeners = new Set<Subscriber<NumberedEvent>>()
  const ids = options.context?.ids ?? createIds(clock)
  const toError = errorMaker(options)
  const tell = (error: SampanError): void => {
    conversation.error = toError(error.code)
    emitter.emit('error', conversation.error)
    conversation.changed()
  }
  const isResumable = options.agent.info.capabilities?.resumable === true
  const canGoOn = ({ at }: StoredCheckpoint): boolean => isResumable && clock.now() - at < RESUMABLE_MS
  const kept = new Persistence({
    ...options,
    conversation,
    clock,
    canGoOn,
    onError: tell,
    onRestored(error) {
      actions.restored()
      if (error) tell(error)
    },
    onLeave: left => actions.leave(left),
  })
  const { ledger } = kept
  const save = (): void => kept.save()
  const runs = new RunControl({
    agent: options.agent,
    threadId: id,
    conversation,
    // Where an answer cannot be read again, a checkpoint would be written for nothing.
    context: { ...(isResumable && { checkpoints: storedCheckpoints(conversation, clock, save) }), ledger, ...options.context, clock, ids },
    toError,
    onEvent(event, seq) {
      listeners.forEach(listener => listener.next({ seq, event }))
      announce(emitter, event)
      if (event.type === 'TOOL_CALL_RESULT') save()
    },
    onEnd() {
      // Without an open question no call can be taken up again; another may come to have the same id.
      if (!conversation.interrupts.length) ledger.clear()
      actions.runEnded()
    },
  })
  const actions = new ThreadActions({ ...options, conversation, runs, emitter, ids, clock, save, forget: () => kept.forget() })
  kept.restore()
  const state$ = watchState(conversation, clock, flushMs)
  return {
    id,
    get state() {
      return conversation.state as ThreadState<Tools>
    },
    state$: state$ as Observable<ThreadState<Tools>>,
    messages$: state$.pipe(messagesOnly()) as Thread<Tools>['messages$'],
    events$: new Observable(subscriber => {
      listeners.add(subscriber)
      return () => listeners.delete(subscriber)
    }),
    on: (name, listener) => emitter.on(name, listener as never),
    send: content => actions.send(content),
    cancel: () => actions.cancel(),
    approve: (toolCallId, args) => actions.approve(toolCallId, args),
    deny: (toolCallId, reason) => actions.deny(toolCallId, reason),
    answer: (interruptId, payload) => actions.answer(interruptId, payload),
    edit: (messageId, content) => actions.edit(messageId, content),
    regenerate: messageId => actions.regenerate(messageId),
    clear: () => actions.clear(),
    dispose() {
      save()
      kept.stop()
      runs.leave()
      listeners.forEach(listener => listener.complete())
    },
  }
}

function errorMaker({ strings }: Pick<ThreadOptions, 'strings'>): (code: ErrorCode) => ThreadError {
  return code => ({ code, text: stringFor(code, strings), retryable: code.startsWith('transport/') || code === 'endpoint/provider-error' })
}

/** Every mini-program's host wants what AI generates to be labelled; a browser and Node want nothing. */
function labelOf({ label, platform, strings }: Pick<ThreadOptions, 'label' | 'platform' | 'strings'>): string {
  return label ?? (platform && !/^(web|node)$/.test(platform.host.name) ? stringFor('label', strings) : '')
}

function announce(emitter: ThreadEmitter, event: AgentEvent): void {
  // Who listens to text may cancel right there: the event itself has to come before what follows from it.
  if (emitter.has('event')) emitter.emit('event', event)
  // What a run inside this one says is not the answer.
  if (event.type === 'TEXT_MESSAGE_CONTENT' && event.subagentRunId === undefined) emitter.emit('text', event.delta)
}

/** The messages of each state that has others than the one before. */
function messagesOnly() {
  return transform<ThreadState, ThreadState['messages']>(emit => {
    let last: ThreadState['messages'] | undefined
    return { next: ({ messages }) => void (messages !== last && emit((last = messages))) }
  })
}

/** The state now, and after changes in the rhythm of `flushMs`. Each subscriber has its own rhythm. */
function watchState(conversation: Conversation, clock: Clock, flushMs: number): Observable<ThreadState> {
  return new Observable(subscriber => {
    const flusher = createFlusher(clock, flushMs, () => subscriber.next(conversation.state))
    let { status } = conversation
    subscriber.add(flusher.stop)
    subscriber.add(
      conversation.onChange(() => {
        flusher.mark()
        // A run that ends or waits is shown at once: whoever waits for it should not wait for a timer too.
        if (status !== conversation.status) flusher.now()
        status = conversation.status
      }),
    )
    subscriber.next(conversation.state)
  })
}
