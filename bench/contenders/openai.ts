import OpenAI from 'openai'
import { zodFunction } from 'openai/helpers/zod'
import type { Contender, CreateContender } from '../harness/contender.js'
import { toolDescription, toolName } from '../fixtures/fixture.js'
import { createNoteKeeper, noteSchema } from './parts/note-tool.js'

const messages = [{ role: 'user' as const, content: 'hi' }]

/** OpenAI's client: `chat.completions.stream` and `runTools`. It has no list of messages; the bench writes one. */
export const create: CreateContender = (feed): Contender => {
  const client = new OpenAI({ apiKey: 'none', baseURL: 'https://bench.invalid/v1', fetch: feed.fetch })
  const notes = createNoteKeeper()
  const tool = zodFunction({ name: toolName, description: toolDescription, parameters: noteSchema, function: note => notes.save(note) })
  return {
    wire: 'openai',
    chat: () => async () => {
      let text = ''
      const stream = client.chat.completions.stream({ model: 'bench', messages })
      stream.on('content', delta => { text += delta })
      await stream.done()
      return { text }
    },
    tool: () => async () => {
      let text = ''
      const runner = client.chat.completions.runTools({ model: 'bench', messages, stream: true, tools: [tool] })
      runner.on('content', delta => { text += delta })
      await runner.done()
      return { text, toolArguments: notes.take() }
    },
    list: ({ history, screen }) => async () => {
      let list: { role: string; content: string }[] = [...history]
      const stream = client.chat.completions.stream({ model: 'bench', messages })
      stream.on('content', (_delta, snapshot) => {
        list = [...history, { role: 'assistant', content: snapshot }]
        screen.show(list.length, snapshot.length)
      })
      await stream.done()
      return { text: list.at(-1)!.content, listLength: list.length }
    },
    follow: ({ screen }) => async () => {
      let text = ''
      const runner = client.chat.completions.runTools({ model: 'bench', messages, stream: true, tools: [tool] })
      runner.on('content', delta => { text += delta })
      runner.on('chunk', (_chunk, snapshot) => {
        const called = snapshot.choices[0]?.message.tool_calls?.[0] as { function?: { arguments: string; parsed_arguments?: unknown } } | undefined
        if (called?.function !== undefined) screen.show(1, called.function.arguments.length)
      })
      await runner.done()
      return { text, toolArguments: notes.take() }
    }
  }
}
