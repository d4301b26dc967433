import type { AgentInfo } from '../contracts.js'
import type { AssistantMessage, Message, ToolDescription } from '../protocol/messages.js'

// How the members of a team hand a conversation to each other: by a tool that the team gives them and answers itself, so
// that any agent can, wherever it runs; and a word in AG-UI's shared state, so that the next run knows who answers.

interface TeamState { readonly sampan?: { readonly agents?: { readonly [team: string]: string } } }

const PREFIX = 'transfer_to_'

/** The tool that hands the conversation to this agent. */
export function transferTool({ name, description = '' }: AgentInfo): ToolDescription {
  return {
    name: PREFIX + name,
    description: 'Hands the conversation over to ' + name + ', who answers from here on. ' + description,
    parameters: { type: 'object', properties: { reason: { type: 'string', description: 'Why, in a few words.' } } },
  }
}

/** Whom a call hands the conversation to, if that is what it does. */
export function transferTarget(toolName: string): string | undefined {
  return toolName.startsWith(PREFIX) ? toolName.slice(PREFIX.length) : undefined
}

/** The tools that open calls name, by the calls' ids. */
export function toolNames(messages: readonly Message[]): Map<string, string> {
  const names = new Map<string, string>()
  messages.forEach(message => (message as AssistantMessage).toolCalls?.forEach(call => names.set(call.id, call.function.name)))
  return names
}

/** How often the conversation was handed over since the person last said something. */
export function countTransfers(messages: readonly Message[]): number {
  let count = 0
  for (let index = messages.length - 1; index >= 0 && messages[index]!.role !== 'user'; index--) {
    const { toolCalls = [] } = messages[index] as AssistantMessage
    count += toolCalls.filter(call => transferTarget(call.function.name) !== undefined).length
  }
  return count
}

/** Who of a team answers, as the shared state says. */
export function answeringAgent(state: unknown, team: string): string | undefined {
  return (Object(state) as TeamState).sampan?.agents?.[team]
}

/** The shared state, with who of a team answers. */
export function withAnsweringAgent(state: unknown, team: string, name: string): unknown {
  const { sampan, ...rest } = Object(state) as TeamState
  return { ...rest, sampan: { ...sampan, agents: { ...sampan?.agents, [team]: name } } }
}
