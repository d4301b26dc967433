import { HumanMessage, ToolMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import { z } from 'zod'
import type { App, AppHost } from './host.js'

/** LangChain's model with one tool bound, and the loop its documentation shows. */
export function construct(host: AppHost): App {
  const item = z.object({ name: z.string(), quantity: z.number(), urgent: z.boolean(), remark: z.string() })
  const saveNote = tool(() => 'saved', { name: 'saveNote', description: 'Saves a note.', schema: z.object({ title: z.string(), items: z.array(item) }) })
  const model = new ChatOpenAI({ model: 'bench', apiKey: 'none', configuration: { baseURL: 'https://bench.invalid/v1', fetch: host.fetch, dangerouslyAllowBrowser: true } }).bindTools([saveNote])
  return {
    async ask() {
      const prompt: BaseMessage[] = [new HumanMessage('hi')]
      for (;;) {
        let whole: AIMessageChunk | undefined
        for await (const chunk of await model.stream(prompt)) whole = whole === undefined ? chunk : whole.concat(chunk) as AIMessageChunk
        const call = whole!.tool_calls?.[0]
        if (call === undefined) return whole!.content as string
        prompt.push(whole!, new ToolMessage({ content: await saveNote.invoke(call.args as never) as string, tool_call_id: call.id! }))
      }
    }
  }
}
