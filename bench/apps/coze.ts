import { ChatEventType, CozeAPI } from '@coze/api'
import type { App, AppHost } from './host.js'

/** Coze's client, chat only: that wire has no tools of the client's. */
export function construct(host: AppHost): App {
  const axiosInstance = async () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, data: (await host.fetch()).body })
  const client = new CozeAPI({ token: async () => 'none', baseURL: 'https://bench.invalid', axiosInstance })
  return {
    async ask() {
      let text = ''
      for await (const event of client.chat.stream({ bot_id: '1', user_id: '2', additional_messages: [{ role: 'user' as never, content: 'hi', content_type: 'text' }] })) {
        if (event.event === ChatEventType.CONVERSATION_MESSAGE_DELTA) text += event.data.content
      }
      return text
    }
  }
}
