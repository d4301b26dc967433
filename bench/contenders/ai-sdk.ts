import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { AbstractChat, isStepCount, streamText, tool, type ChatTransport, type UIMessage } from 'ai'
import type { Contender, CreateContender, HistoryMessage, Job, Run, Screen } from '../harness/contender.js'
import { toolDescription, toolName } from '../fixtures/fixture.js'
import { createNoteKeeper, noteSchema } from './parts/note-tool.js'

/** Vercel's AI SDK: `streamText`, and for the UI the class behind `useChat`, without React and without throttling. */
export const create: CreateContender = (feed): Contender => {
  const model = createOpenAICompatible({ name: 'bench', baseURL: 'https://bench.invalid/v1', apiKey: 'none', fetch: feed.fetch, includeUsage: true })('bench-model')
  const notes = createNoteKeeper()
  const tools = { [toolName]: tool({ description: toolDescription, inputSchema: noteSchema, execute: note => notes.save(note) }) }
  const transport = (withTools: boolean): ChatTransport<UIMessage> => ({
    sendMessages: async () => streamText({ model, prompt: 'hi', ...(withTools ? { tools, stopWhen: isStepCount(3) } : {}) }).toUIMessageStream() as never,
    reconnectToStream: async () => null
  })
  return {
    wire: 'openai',
    chat: () => async () => {
      let text = ''
      for await (const delta of streamText({ model, prompt: 'hi' }).textStream) text += delta
      return { text }
    },
    tool: () => async () => {
      let text = ''
      for await (const delta of streamText({ model, prompt: 'hi', tools, stopWhen: isStepCount(3) }).textStream) text += delta
      return { text, toolArguments: notes.take() }
    },
    list: job => runChat(job, transport(false), (message, screen, length) => screen.show(length, textOf(message).length)),
    follow: job => {
      const run = runChat(job, transport(true), (message, screen, length) => {
        const part = message.parts.find(p => p.type === `tool-${toolName}`) as { input?: unknown } | undefined
        if (part?.input !== undefined) screen.show(length, 1)
      })
      return async () => ({ ...await run(), toolArguments: notes.take() })
    }
  }
}

const textOf = (message: UIMessage): string => message.parts.map(part => part.type === 'text' ? part.text : '').join('')

type OnMessage = (message: UIMessage, screen: Screen, listLength: number) => void

function runChat({ history, screen }: Job, transport: ChatTransport<UIMessage>, onMessage: OnMessage): Run {
  const state = createState(history, (message, length) => {
    if (message.role === 'assistant') onMessage(message, screen, length)
  })
  const chat = new PlainChat({ transport, state })
  return async () => {
    await chat.sendMessage({ text: 'hi' })
    if (chat.error !== undefined) throw chat.error
    return { text: textOf(chat.messages.at(-1)!), listLength: chat.messages.length }
  }
}

class PlainChat extends AbstractChat<UIMessage> {}

/** The state `useChat` keeps, minus React. */
function createState(history: readonly HistoryMessage[], onChange: (message: UIMessage, length: number) => void) {
  return {
    status: 'ready' as const,
    error: undefined,
    messages: history.map((old): UIMessage => ({ id: old.id, role: old.role, parts: [{ type: 'text', text: old.content }] })),
    pushMessage(message: UIMessage) {
      this.messages = this.messages.concat(message)
      onChange(message, this.messages.length)
    },
    popMessage() {
      this.messages = this.messages.slice(0, -1)
    },
    replaceMessage(index: number, message: UIMessage) {
      this.messages = [...this.messages.slice(0, index), this.snapshot(message), ...this.messages.slice(index + 1)]
      onChange(message, this.messages.length)
    },
    snapshot: <T>(value: T): T => structuredClone(value)
  }
}
