import { ChatEventType, CozeAPI } from '@coze/api'
import type { Contender, CreateContender } from '../harness/contender.js'

/** Coze's client: `chat.stream`. The HTTP library is replaced, so that it is not in the timing. */
export const create: CreateContender = (feed): Contender => {
  const axiosInstance = async () => {
    const response = await feed.fetch()
    return { status: 200, headers: { 'content-type': 'text/event-stream' }, data: response.body }
  }
  const client = new CozeAPI({ token: 'none', baseURL: 'https://bench.invalid', axiosInstance })
  const stream = async (onDelta: (delta: string) => void): Promise<void> => {
    const events = client.chat.stream({ bot_id: '1', user_id: '2', additional_messages: [{ role: 'user' as never, content: 'hi', content_type: 'text' }] })
    for await (const event of events) {
      if (event.event === ChatEventType.CONVERSATION_MESSAGE_DELTA) onDelta(event.data.content)
    }
  }
  return {
    wire: 'coze',
    chat: () => async () => {
      let text = ''
      await stream(delta => { text += delta })
      return { text }
    },
    list: ({ history, screen }) => async () => {
      let text = ''
      let listLength = 0
      await stream(delta => {
        text += delta
        const list = [...history, { role: 'assistant', content: text }]
        listLength = list.length
        screen.show(listLength, text.length)
      })
      return { text, listLength }
    }
  }
}
