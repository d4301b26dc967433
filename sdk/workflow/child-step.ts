import type { Observable } from 'rxjs'
import { act, jsonOf, settle, stepError, wait, waitingAt, type Saved, type StepPlace } from './flow-run.js'
import { childApprovals, keepChildApprovals } from '../agent/child-approvals.js'
import { whenDone } from '../agent/ledger.js'
import { runChild } from '../agent/run-child.js'
import type { Agent, ChildCall, ChildEnd, RunContext } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { concat, defer } from '../protocol/streams.js'

/** Begins a run inside, or goes on with it. */
type Start = (child: ChildCall, context: RunContext, end: (end: ChildEnd) => Saved) => Observable<AgentEvent>

/** Runs an agent or a workflow. It is asked with the value: an agent as text, a workflow as its input. */
export function childStep(place: StepPlace, agent: Agent, attempt: number): Observable<AgentEvent> {
  const { name, description } = agent.info
  return runInside(place, attempt, (child, context, end) => {
    const { value: input } = place.scope
    const content = typeof input === 'string' ? input : JSON.stringify(input)
    const messages = [{ id: child.runId + '/input', role: 'user' as const, content }]
    return runChild(agent, { messages, forwardedProps: { input } }, { ...child, name, description }, context, end)
  })
}

/**
 * A run as a step. Its id is made of the place, so it is the same whenever it is taken up again; a further attempt is
 * another run.
 *
 * @param kept what the place keeps besides, while the run waits for a person.
 */
export function runInside(place: StepPlace, attempt: number, start: Start, parentToolCallId?: string, kept?: object): Observable<AgentEvent> {
  return defer(() => {
    const { context, input: { threadId, runId: parentRunId }, isAttached: mayHaveRun, answers, id, shared, node: { step } } = place
    const before = (waitingAt(place) || {}) as { kept?: unknown; attempt?: number }
    // It goes on where it asked; counted from there, so that no id comes twice.
    const number = attempt + (before.attempt || 1) - 1
    const isResumed = before.attempt && attempt === 1
    const runId = number > 1 ? id + '~' + number : id
    // What is said for good about its tools holds for the thread, wherever the flow runs this step.
    const approvals = childApprovals(shared.state, step)
    const child: ChildCall = { runId, threadId, parentRunId, parentToolCallId, mayHaveRun, approvals, ...(isResumed && { resume: Array.from(answers.values()), kept: before.kept }) }
    const { checkpoints } = context
    const ids = new Set<string>()
    const tracked: RunContext['checkpoints'] = {
      load: each => checkpoints.load((ids.add(each), each)),
      save: each => checkpoints.save((ids.add(each.runId), each)),
      delete() {},
    }
    let failure: unknown
    const end = (ended: ChildEnd): Saved => {
      let saved: Saved = undefined
      shared.state = keepChildApprovals(shared.state, step, approvals, ended.approvals)
      if (ended.type === 'success') saved = settle(place, JSON.parse(jsonOf(ended.result)))
      else if (ended.type === 'interrupt') saved = wait(place, ended.interrupts, { ...kept, kept: ended.kept, attempt: number })
      else failure = ended.type === 'error' ? ended.error : stepError(place, 'workflow/step-failed', 'was cancelled.')
      // All that it kept is needed until what follows from its end is stored.
      const clear = (): void => ids.forEach(each => void checkpoints.delete(each))
      whenDone(() => saved, clear, clear)
      return saved
    }
    return concat(start(child, { ...context, checkpoints: tracked }, end), act(() => {
      if (failure) throw failure
    }))
  })
}
