import { createRequire } from 'node:module'
import type { Contender, CreateContender } from '../harness/contender.js'
import { toolDescription, toolName } from '../fixtures/fixture.js'
import { createNoteKeeper, noteJsonSchema } from './parts/note-tool.js'

const cloudbase = createRequire(import.meta.url)('@cloudbase/ai') as typeof import('@cloudbase/ai')

/** Tencent CloudBase's AI client: `createModel().streamText()`. The bench writes the list of messages. */
export const create: CreateContender = (feed): Contender => {
  const fetch = async () => {
    const response = await feed.fetch()
    return { data: response.body, header: response.headers, statusCode: 200 }
  }
  const i18n = { t: (text: string) => text, LANG_HEADER_KEY: 'Accept-Language', lang: 'zh-CN' }
  const ai = cloudbase.createAI({ req: { fetch } as never, baseUrl: 'https://bench.invalid', env: 'bench', getAccessToken: async () => ({ accessToken: 'none' }), i18n: i18n as never })
  const model = ai.createModel('deepseek')
  const notes = createNoteKeeper()
  const tool = { name: toolName, description: toolDescription, parameters: noteJsonSchema, fn: (note: unknown) => notes.save(note) }
  ai.registerFunctionTool(tool)
  const stream = async (input: object, onDelta: (delta: string) => void): Promise<void> => {
    const result = await model.streamText({ model: 'bench', messages: [{ role: 'user', content: 'hi' }], ...input })
    if (result.error !== undefined) throw result.error as Error
    for await (const delta of result.textStream as unknown as AsyncIterable<string>) onDelta(delta)
  }
  return {
    wire: 'openai',
    chat: () => async () => {
      let text = ''
      await stream({}, delta => { text += delta })
      return { text }
    },
    tool: () => async () => {
      let text = ''
      await stream({ tools: [tool] }, delta => { text += delta })
      return { text, toolArguments: notes.take() }
    },
    list: ({ history, screen }) => async () => {
      let text = ''
      let listLength = 0
      await stream({}, delta => {
        text += delta
        const list = [...history, { role: 'assistant', content: text }]
        listLength = list.length
        screen.show(listLength, text.length)
      })
      return { text, listLength }
    }
  }
}
