import { type Answer, type ChatCompletionRequest, messageText } from './wire.js'
/** placeholder until the next commit */
export function decide(request: ChatCompletionRequest, _clock: { now: number; utcOffsetMinutes: number }): Answer {
  const last = request.messages.at(-1)!
  return { text: `(${messageText(last.content)})`, calls: [] }
}
