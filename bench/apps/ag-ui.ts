import { HttpAgent } from '@ag-ui/client'
import { z } from 'zod'
import type { App, AppHost } from './host.js'

/** The AG-UI client with one frontend tool. */
export function construct(host: AppHost): App {
  const item = z.object({ name: z.string(), quantity: z.number(), urgent: z.boolean(), remark: z.string() })
  const schema = z.object({ title: z.string(), items: z.array(item) })
  const tools = [{ name: 'saveNote', description: 'Saves a note.', parameters: z.toJSONSchema(schema) }]
  const agent = new HttpAgent({ url: 'https://bench.invalid/agent', threadId: 'thread-1', initialMessages: [{ id: 'q', role: 'user', content: 'hi' }], fetch: host.fetch })
  return {
    async ask() {
      await agent.runAgent({ tools })
      const call = (agent.messages.at(-1) as { toolCalls?: { id: string; function: { arguments: string } }[] }).toolCalls![0]!
      schema.parse(JSON.parse(call.function.arguments))
      agent.addMessage({ id: 'r', role: 'tool', toolCallId: call.id, content: 'saved' })
      let text = ''
      await agent.runAgent({ tools }, { onTextMessageContentEvent: ({ event }) => { text += event.delta } })
      return text
    }
  }
}
