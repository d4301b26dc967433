import { Agent, OpenAIChatCompletionsModel, run, setTracingDisabled, tool } from '@openai/agents'
import OpenAI from 'openai'
import { z } from 'zod'
import type { App, AppHost } from './host.js'

/** OpenAI's agents over the chat-completions model. */
export function construct(host: AppHost): App {
  setTracingDisabled(true)
  const client = new OpenAI({ apiKey: 'none', baseURL: 'https://bench.invalid/v1', fetch: host.fetch, dangerouslyAllowBrowser: true })
  const item = z.object({ name: z.string(), quantity: z.number(), urgent: z.boolean(), remark: z.string() })
  const saveNote = tool({ name: 'saveNote', description: 'Saves a note.', parameters: z.object({ title: z.string(), items: z.array(item) }), execute: () => 'saved' })
  const agent = new Agent({ name: 'bench', model: new OpenAIChatCompletionsModel(client as never, 'bench'), tools: [saveNote] })
  return {
    async ask() {
      let text = ''
      const result = await run(agent, 'hi', { stream: true })
      for await (const event of result) {
        if (event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta') text += event.data.delta
      }
      await result.completed
      return text
    }
  }
}
