// Event streams and what the HTML standard makes of them: `[data, event, last event id]` for each dispatched event.

/** One case: a name that states the behaviour, the stream, the events. */
export interface SseCase { name: string; text: string; events: [data: string, event?: string, id?: string][] }

const of = (name: string, text: string, ...events: SseCase['events']): SseCase => ({ name, text, events })
const long = '舢'.repeat(64 * 1024)

/** 44 behaviours. */
export const SSE_CASES: SseCase[] = [
  of('ends lines with LF', 'data: a\n\ndata: b\n\n', ['a'], ['b']),
  of('ends lines with CR LF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a'], ['b']),
  of('ends lines with CR', 'data: a\r\rdata: b\r\r\n', ['a'], ['b']),
  of('takes mixed line ends', 'data: a\r\ndata: b\rdata: c\n\r\ndata: d\n\r\n', ['a\nb\nc'], ['d']),
  of('takes LF CR as two line ends', 'data: a\n\rdata: b\n\n', ['a'], ['b']),
  of('drops one leading byte order mark', '\uFEFFdata: a\n\n', ['a']),
  of('keeps a second byte order mark in the field name', '\uFEFF\uFEFFdata: a\n\ndata: b\n\n', ['b']),
  of('keeps a byte order mark in mid-stream', 'data: a\n\n\uFEFFdata: b\n\ndata: \uFEFFc\n\n', ['a'], ['\uFEFFc']),
  of('removes one leading space only', 'data:a\n\ndata: b\n\ndata:  c\n\n', ['a'], ['b'], [' c']),
  of('keeps a tab', 'data:\ta\n\n', ['\ta']),
  of('keeps a trailing space', 'data: a \n\n', ['a ']),
  of('adds an empty line for a bare field name', 'data\ndata\n\n', ['\n']),
  of('dispatches an empty message', 'data:\n\ndata\n\ndata: \n\n', [''], [''], ['']),
  of('joins lines with LF', 'data: a\ndata: b\ndata: c\n\n', ['a\nb\nc']),
  of('joins empty lines', 'data: \ndata: b\ndata:\n\n', ['\nb\n']),
  of('dispatches nothing without data', 'event: a\nid: 1\n\n\n\n'),
  of('drops an unfinished block', 'data: a\n\ndata: b', ['a']),
  of('drops an unfinished block after its last line end', 'data: a\n\ndata: b\n', ['a']),
  of('does nothing for blank lines', '\n\n\r\n\ndata: a\n\n\n\n', ['a']),
  of('does nothing for comments', ': keep-alive\n\n:\n\ndata: a\n\n', ['a']),
  of('ignores a comment between lines of one event', 'data: a\n: comment\ndata: b\n\n', ['a\nb']),
  of('names the next event only', 'event: x\ndata: a\n\ndata: b\n\n', ['a', 'x'], ['b']),
  of('takes the last name', 'event: x\nevent: y\ndata: a\n\n', ['a', 'y']),
  of('takes an empty name as none', 'event: x\nevent:\ndata: a\n\nevent\ndata: b\n\n', ['a'], ['b']),
  of('forgets the name after an empty block', 'event: x\n\ndata: a\n\n', ['a']),
  of('takes a name after the data', 'data: a\nevent: x\n\n', ['a', 'x']),
  of('ignores unknown fields', 'foo: 1\nbar\ndata: a\nconstructor: x\n__proto__: y\n\n', ['a']),
  of('ignores an indented field name', ' data: a\ndata: b\n\n', ['b']),
  of('ignores a wrongly cased field name', 'Data: a\nDATA: b\ndata: c\n\n', ['c']),
  of('ignores a field name with a space', 'data : a\ndata: b\n\n', ['b']),
  of('ignores a NUL in a field name', 'da\0ta: a\ndata: b\n\n', ['b']),
  of('keeps colons and NUL in values', 'data: a:b: c\ndata: x\0y\n\n', ['a:b: c\nx\0y']),
  of('keeps the id for later events', 'id: 7\ndata: a\n\ndata: b\n\n', ['a', '', '7'], ['b', '', '7']),
  of('keeps the id of a block without data', 'id: 7\n\ndata: a\n\n', ['a', '', '7']),
  of('resets the id with an empty one', 'id: 7\ndata: a\n\nid\ndata: b\n\n', ['a', '', '7'], ['b', '', '']),
  of('ignores an id with NUL', 'id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n', ['a', '', '7'], ['b', '', '7']),
  of('ignores an empty or bogus retry', 'retry:\nretry: 1x\nretry: -1\nretry: 1.5\ndata: a\n\n', ['a']),
  of('takes U+2028, U+2029 and U+0085 as data', 'data: a\u2028b\u2029c\u0085d\n\n', ['a\u2028b\u2029c\u0085d']),
  of('takes form feed and vertical tab as data', 'data: a\fb\vc\n\n', ['a\fb\vc']),
  of('survives a line of 64 Ki characters', `data: ${long}\n\n`, [long]),
  of('keeps characters of four bytes', 'data: 🚣🚣\nevent: 🚣\nid: 舢\n\n', ['🚣🚣', '🚣', '舢']),
  of('lets [DONE] through', 'data: {"a":1}\n\ndata: [DONE]\n\n', ['{"a":1}'], ['[DONE]']),
  of('reads named events with ping', 'event: message_start\ndata: {"type":"message_start"}\n\nevent: ping\ndata: {"type": "ping"}\n\n', ['{"type":"message_start"}', 'message_start'], ['{"type": "ping"}', 'ping']),
  of('reads data that is followed by a field', 'data: a\nid: 1\nretry: 10\n\n', ['a', '', '1']),
]
