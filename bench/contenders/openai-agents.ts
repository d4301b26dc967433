import { Agent, OpenAIChatCompletionsModel, run, setTracingDisabled, tool } from '@openai/agents'
import OpenAI from 'openai'
import type { Contender, CreateContender } from '../harness/contender.js'
import { toolDescription, toolName } from '../fixtures/fixture.js'
import { createNoteKeeper, noteSchema } from './parts/note-tool.js'

/** OpenAI's agents: `run` over the chat-completions model, tracing off. The bench writes the list of messages. */
export const create: CreateContender = (feed): Contender => {
  setTracingDisabled(true)
  const client = new OpenAI({ apiKey: 'none', baseURL: 'https://bench.invalid/v1', fetch: feed.fetch })
  const model = new OpenAIChatCompletionsModel(client as never, 'bench')
  const notes = createNoteKeeper()
  const saveNote = tool({ name: toolName, description: toolDescription, parameters: noteSchema, execute: note => notes.save(note) })
  const plain = new Agent({ name: 'bench', model })
  const withTool = new Agent({ name: 'bench', model, tools: [saveNote] })
  const stream = async (agent: Agent, onDelta: (delta: string) => void): Promise<void> => {
    const result = await run(agent, 'hi', { stream: true })
    for await (const event of result) {
      if (event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta') onDelta(event.data.delta)
    }
    await result.completed
  }
  return {
    wire: 'openai',
    chat: () => async () => {
      let text = ''
      await stream(plain, delta => { text += delta })
      return { text }
    },
    tool: () => async () => {
      let text = ''
      await stream(withTool, delta => { text += delta })
      return { text, toolArguments: notes.take() }
    },
    list: ({ history, screen }) => async () => {
      let text = ''
      let listLength = 0
      await stream(plain, delta => {
        text += delta
        const list = [...history, { role: 'assistant', content: text }]
        listLength = list.length
        screen.show(listLength, text.length)
      })
      return { text, listLength }
    }
  }
}
