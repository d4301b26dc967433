import { HttpAgent, type Message } from '@ag-ui/client'
import type { Contender, CreateContender, HistoryMessage } from '../harness/contender.js'
import { toolDescription, toolName } from '../fixtures/fixture.js'
import { createNoteKeeper, noteJsonSchema } from './parts/note-tool.js'

const tools = [{ name: toolName, description: toolDescription, parameters: noteJsonSchema }]

/** The reference AG-UI client. A frontend tool ends the run; the client answers and runs the agent again. */
export const create: CreateContender = (feed): Contender => {
  const notes = createNoteKeeper()
  const createAgent = (history: readonly HistoryMessage[] = []): HttpAgent => {
    const initialMessages = [...history, { id: 'question', role: 'user' as const, content: 'hi' }] as Message[]
    return new HttpAgent({ url: 'https://bench.invalid/agent', threadId: 'thread-1', initialMessages, fetch: feed.fetch })
  }
  const runTool = (onArguments: (characters: number) => void) => {
    const agent = createAgent()
    return async () => {
      let text = ''
      await agent.runAgent({ runId: 'run-1', tools }, {
        onToolCallArgsEvent: ({ toolCallBuffer }) => onArguments(toolCallBuffer.length)
      })
      const call = (agent.messages.at(-1) as { toolCalls?: { id: string; function: { arguments: string } }[] }).toolCalls![0]!
      const content = notes.save(JSON.parse(call.function.arguments))
      agent.addMessage({ id: 'result', role: 'tool', toolCallId: call.id, content })
      await agent.runAgent({ runId: 'run-2', tools }, { onTextMessageContentEvent: ({ event }) => { text += event.delta } })
      return { text, toolArguments: notes.take() }
    }
  }
  return {
    wire: 'agui',
    chat: () => {
      const agent = createAgent()
      return async () => {
        let text = ''
        await agent.runAgent({ runId: 'run-1' }, { onTextMessageContentEvent: ({ event }) => { text += event.delta } })
        return { text }
      }
    },
    tool: () => runTool(() => undefined),
    list: ({ history, screen }) => {
      const agent = createAgent(history)
      return async () => {
        await agent.runAgent({ runId: 'run-1' }, {
          onMessagesChanged: ({ messages }) => {
            const last = messages.at(-1)
            if (last?.role === 'assistant') screen.show(messages.length, last.content?.length ?? 0)
          }
        })
        return { text: agent.messages.at(-1)!.content as string, listLength: agent.messages.length }
      }
    },
    follow: ({ screen }) => runTool(characters => screen.show(1, characters))
  }
}
