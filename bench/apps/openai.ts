import OpenAI from 'openai'
import { zodFunction } from 'openai/helpers/zod'
import { z } from 'zod'
import type { App, AppHost } from './host.js'

/** OpenAI's client with `runTools`. */
export function construct(host: AppHost): App {
  const client = new OpenAI({ apiKey: 'none', baseURL: 'https://bench.invalid/v1', fetch: host.fetch, dangerouslyAllowBrowser: true })
  const item = z.object({ name: z.string(), quantity: z.number(), urgent: z.boolean(), remark: z.string() })
  const tool = zodFunction({ name: 'saveNote', description: 'Saves a note.', parameters: z.object({ title: z.string(), items: z.array(item) }), function: () => 'saved' })
  return {
    async ask() {
      let text = ''
      const runner = client.chat.completions.runTools({ model: 'bench', messages: [{ role: 'user', content: 'hi' }], stream: true, tools: [tool] })
      runner.on('content', delta => { text += delta })
      await runner.done()
      return text
    }
  }
}
