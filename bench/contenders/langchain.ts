import { AIMessage, HumanMessage, ToolMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages'
import { tool as createTool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import type { Contender, CreateContender } from '../harness/contender.js'
import { toolDescription, toolName } from '../fixtures/fixture.js'
import { createNoteKeeper, noteSchema } from './parts/note-tool.js'

/** LangChain: `ChatOpenAI.stream`, tools and list by the documented `chunk.concat` loop. */
export const create: CreateContender = (feed): Contender => {
  const model = new ChatOpenAI({ model: 'bench', apiKey: 'none', streamUsage: true, configuration: { baseURL: 'https://bench.invalid/v1', fetch: feed.fetch } })
  const notes = createNoteKeeper()
  const saveNote = createTool(note => notes.save(note), { name: toolName, description: toolDescription, schema: noteSchema })
  const withTool = model.bindTools([saveNote])
  const runTool = async (onWhole: (whole: AIMessageChunk) => void) => {
    const prompt: BaseMessage[] = [new HumanMessage('hi')]
    let whole: AIMessageChunk | undefined
    for await (const chunk of await withTool.stream(prompt)) {
      whole = whole === undefined ? chunk : whole.concat(chunk) as AIMessageChunk
      onWhole(whole)
    }
    const call = whole!.tool_calls![0]!
    const content = await saveNote.invoke(call.args as never) as string
    prompt.push(whole!, new ToolMessage({ content, tool_call_id: call.id! }))
    let text = ''
    for await (const chunk of await withTool.stream(prompt)) text += chunk.content as string
    return { text, toolArguments: notes.take() }
  }
  return {
    wire: 'openai',
    chat: () => async () => {
      let text = ''
      for await (const chunk of await model.stream('hi')) text += chunk.content as string
      return { text }
    },
    tool: () => () => runTool(() => undefined),
    list: ({ history, screen }) => {
      const old = history.map(message => message.role === 'user' ? new HumanMessage(message.content) : new AIMessage(message.content))
      return async () => {
        let whole: AIMessageChunk | undefined
        let list: BaseMessage[] = old
        for await (const chunk of await model.stream('hi')) {
          whole = whole === undefined ? chunk : whole.concat(chunk) as AIMessageChunk
          list = [...old, whole]
          screen.show(list.length, (whole.content as string).length)
        }
        return { text: whole!.content as string, listLength: list.length }
      }
    },
    follow: ({ screen }) => () => runTool(whole => {
      if (whole.tool_calls?.[0]?.args !== undefined) screen.show(1, whole.tool_call_chunks?.[0]?.args?.length ?? 0)
    })
  }
}
