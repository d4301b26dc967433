/** Called with each parsed payload and the name of its event (`''` where the wire has none). */
export type OnPayload = (payload: any, eventName: string) => void

const colon = 58
const d = 100
const e = 101

/** Splits text that comes in pieces into SSE lines and parses the data lines: what any hand-written loop does. */
export function createLineReader(onPayload: OnPayload, parse: (data: string) => unknown = JSON.parse): (text: string) => void {
  let rest = ''
  let eventName = ''
  return text => {
    rest += text
    let from = 0
    for (let end = rest.indexOf('\n', from); end >= 0; end = rest.indexOf('\n', from)) {
      const first = rest.charCodeAt(from)
      if (first === d && rest.charCodeAt(from + 4) === colon) {
        const data = rest.slice(from + 5, end)
        if (data !== ' [DONE]') onPayload(parse(data), eventName)
      } else if (first === e && rest.charCodeAt(from + 5) === colon) {
        eventName = rest.slice(from + 6, end)
      }
      from = end + 1
    }
    rest = rest.slice(from)
  }
}
