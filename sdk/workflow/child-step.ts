import type { Observable } from 'rxjs'
import { settle, wait, waitingAt, type StepPlace, type Stored } from './flow-run.js'
import { whenDone } from '../agent/ledger.js'
import { runChild } from '../agent/run-child.js'
import type { Agent, CheckpointStore, ChildEnd } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { concat, defer, of, throwError } from '../protocol/streams.js'

/**
 * Runs an agent or a workflow. It is asked with the value: an agent as text, a workflow as its input. Its id is made of
 * the place, so it is the same whenever it is taken up again; a further attempt is another run.
 */
export function childStep(place: StepPlace, agent: Agent, attempt: number): Observable<AgentEvent> {
  return defer(() => {
    const { run, id, scope: { value } } = place
    const { context, input: { threadId, runId: parentRunId }, isAttached: mayHaveRun, answers } = run
    const waited = waitingAt(place) as { kept: unknown; attempt: number } | undefined
    // It goes on where it asked; counted from there, so that no id comes twice.
    const number = attempt + (waited?.attempt ?? 1) - 1
    const isResumed = waited !== undefined && attempt === 1
    const runId = number > 1 ? id + '~' + number : id
    const { name, description } = agent.info
    const child = { runId, threadId, parentRunId, name, description, mayHaveRun, resume: isResumed ? Array.from(answers.values()) : undefined, kept: isResumed ? waited.kept : undefined }
    const content = typeof value === 'string' ? value : JSON.stringify(value)
    const input = { messages: [{ id: runId + '/input', role: 'user' as const, content }], forwardedProps: { input: value } }
    const { checkpoints, clear } = tracked(context.checkpoints)
    // What it kept is needed until what follows from its end is stored.
    const stored: Stored = saved => whenDone(() => saved, clear, clear)
    let ended: ChildEnd | undefined
    const end = (told: ChildEnd): void => {
      ended = told
      if (told.type === 'success') stored(settle(place, told.result === undefined ? null : JSON.parse(JSON.stringify(told.result))))
      else if (told.type !== 'interrupt') clear()
    }
    return concat(runChild(agent, input, child, { ...context, checkpoints }, end), defer(() => follow(place, ended, number, stored)))
  })
}

/** Checkpoints that remember what they were asked for, so that all of it can go at once. */
function tracked(inner: CheckpointStore): { checkpoints: CheckpointStore; clear: () => void } {
  const ids = new Set<string>()
  return {
    clear: () => ids.forEach(id => void inner.delete(id)),
    checkpoints: {
      load: id => inner.load((ids.add(id), id)),
      save(checkpoint) {
        ids.add(checkpoint.runId)
        return inner.save(checkpoint)
      },
      delete() {},
    },
  }
}

function follow(place: StepPlace, ended: ChildEnd | undefined, attempt: number, stored: Stored): Observable<AgentEvent> {
  if (ended?.type === 'success') return of<AgentEvent>()
  if (ended?.type === 'interrupt') return wait(place, ended.interrupts, { kept: ended.kept, attempt }, stored)
  return throwError(ended?.type === 'error' ? ended.error : new SampanError('workflow/step-failed', 'Step "' + place.path + '" was cancelled.', { info: { step: place.path } }))
}
