import type { Observable } from 'rxjs'
import { createAgent, type AgentOptions } from './create-agent.js'
import { jsonOutput } from './json-output.js'
import { runResult } from './run-result.js'
import type { RunContext, Schema, SchemaOutput } from '../contracts.js'
import type { Message } from '../protocol/messages.js'

export interface GenerateObjectOptions<Output extends Schema>
  extends Pick<AgentOptions<readonly []>, 'model' | 'temperature' | 'maxOutputTokens' | 'extra' | 'modelMiddleware'> {
  /** What is asked: a sentence, or a whole conversation. */
  prompt: string | Message[]
  /** What the answer looks like: zod, zod/mini, another Standard Schema, or plain JSON Schema. */
  output: Output
  /** How often an answer that does not fit is asked for anew, with what is wrong. Default 1. */
  outputRepair?: number
  /** The system prompt. */
  instructions?: string
}

/**
 * One question, one checked value: no tools, no thread. An answer that does not fit is asked for anew, with what is wrong
 * (`outputRepair`, once by default). Subscribing asks, unsubscribing aborts. It fails as `runResult` does.
 *
 * @param context parts of the run's context, such as a budget; the rest is in memory.
 * @example
 * generateObject({ model, prompt: '明天去深圳', output: z.object({ city: z.string() }) }).subscribe(trip => show(trip.city))
 */
export function generateObject<Output extends Schema>(options: GenerateObjectOptions<Output>, context?: Partial<RunContext>): Observable<SchemaOutput<Output>> {
  const { prompt, output, outputRepair, ...rest } = options
  const agent = createAgent<readonly [], Output>({ ...rest, output: jsonOutput(output, { repair: outputRepair }) })
  return runResult<any>(agent, typeof prompt === 'string' ? prompt : { messages: prompt }, context)
}
