import type { Observable } from 'rxjs'
import { findPlace, type Place } from './place.js'
import { readEvents } from './read-events.js'
import { endRun } from './end-run.js'
import type { Agent, AgentCapabilities, RunFunction, RunInput } from '../../contracts.js'
import { expandChunks } from '../../protocol/expand-chunks.js'
import { PROTOCOL_VERSION, type AgentEvent } from '../../protocol/events.js'
import type { RunAgentInput } from '../../protocol/messages.js'
import { concat, defer } from '../../protocol/streams.js'
import { verifyEvents } from '../../protocol/verify/verify-events.js'
import { gatewayPath } from '../../transport/ask-gateway.js'
import type { Connection } from '../../transport/connect.js'

export interface AguiOptions {
  /** The gateway that hosts the agent, or any server that speaks AG-UI. */
  connection: Connection
  /** The agent's name at the gateway. */
  name: string
  description?: string
  /** Below the connection's address. Default: where a Sampan gateway has the agent of this name. */
  path?: string
  /** What the agent is known to do. Default: nothing is known but that it streams, and what its gateway keeps. */
  capabilities?: AgentCapabilities
  headers?: Record<string, string>
}

/**
 * An agent that runs elsewhere and speaks AG-UI 1.0. The events are the server's, put right where they are out of order;
 * one that AG-UI does not know is dropped. At a Sampan gateway a run survives a connection that breaks and an app that is
 * killed, and cancelling it is told to the server.
 *
 * Tools of the run's input are offered to it; whoever runs it executes them (`withTools`).
 *
 * @example
 * const agent = aguiAgent({ connection: gateway, name: 'travel' })
 */
export function aguiAgent(options: AguiOptions): Agent {
  const { connection, name, description, path = gatewayPath(connection, '/agents/' + encodeURIComponent(name) + '/runs'), headers } = options
  const run: RunFunction = (input, context) =>
    defer(() => {
      let place!: Place
      const frames$ = (): ReturnType<Connection['open']> => connection.open({ path, body: bodyOf(input), headers, ...place, cancel: context.cancel })
      return concat<AgentEvent>(
        findPlace(input, context, connection.isGateway, found => void (place = found)),
        defer(() => frames$().pipe(readEvents())),
      ).pipe(
        endRun(input, context),
        expandChunks({ mode: 'repair', ids: context.ids }),
        verifyEvents({ mode: 'repair', run: input }),
      ) as Observable<AgentEvent>
    })
  const capabilities: AgentCapabilities = { streaming: true, resumable: connection.isGateway, ...options.capabilities }
  return Object.assign(run, { info: { name, description, capabilities } })
}

/** What is posted: AG-UI's input, and nothing of ours. Servers before 1.0 refuse a body that lacks one of the fields. */
function bodyOf({ threadId, runId, parentRunId, state, messages, tools, context, forwardedProps, resume }: RunInput): RunAgentInput {
  return {
    threadId,
    runId,
    parentRunId,
    protocolVersion: PROTOCOL_VERSION,
    state: state ?? {},
    messages: messages.filter(({ role }) => role !== 'activity'),
    tools,
    context,
    forwardedProps: forwardedProps ?? {},
    resume,
  }
}
