import { createAI } from '@cloudbase/ai'
import { z } from 'zod'
import type { App, AppHost } from './host.js'

/** CloudBase's AI client, chat only: its tool loop does not survive a usage chunk. The tool's schema is made all the same. */
export function construct(host: AppHost): App {
  const item = z.object({ name: z.string(), quantity: z.number(), urgent: z.boolean(), remark: z.string() })
  const parameters = z.toJSONSchema(z.object({ title: z.string(), items: z.array(item) }))
  const fetch = async () => ({ data: (await host.fetch()).body, header: new Headers(), statusCode: 200 })
  const i18n = { t: (text: string) => text, LANG_HEADER_KEY: 'Accept-Language', lang: 'zh-CN' }
  const ai = createAI({ req: { fetch } as never, baseUrl: 'https://bench.invalid', env: 'bench', getAccessToken: async () => ({ accessToken: 'none' }), i18n: i18n as never })
  const model = ai.createModel('deepseek')
  const tool = { name: 'saveNote', description: 'Saves a note.', parameters, fn: () => 'saved' }
  ai.registerFunctionTool(tool)
  return {
    async ask() {
      let text = ''
      const result = await model.streamText({ model: 'bench', messages: [{ role: 'user', content: 'hi' }], tools: [tool] })
      for await (const delta of result.textStream as unknown as AsyncIterable<string>) text += delta
      return text
    }
  }
}
