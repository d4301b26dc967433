import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { isStepCount, streamText, tool } from 'ai'
import { z } from 'zod'
import type { App, AppHost } from './host.js'

/** The AI SDK, as its documentation starts. */
export function construct(host: AppHost): App {
  const model = createOpenAICompatible({ name: 'bench', baseURL: 'https://bench.invalid/v1', fetch: host.fetch })('bench')
  const item = z.object({ name: z.string(), quantity: z.number(), urgent: z.boolean(), remark: z.string() })
  const tools = { saveNote: tool({ description: 'Saves a note.', inputSchema: z.object({ title: z.string(), items: z.array(item) }), execute: () => 'saved' }) }
  return {
    async ask() {
      let text = ''
      for await (const delta of streamText({ model, prompt: 'hi', tools, stopWhen: isStepCount(3) }).textStream) text += delta
      return text
    }
  }
}
