import type { ChatCompletion, ChatCompletionChunk, ChatCompletionRequest } from './wire.js'

/** What the HTTP face needs of the model behind it. */
export interface HttpModel {
  complete(request: ChatCompletionRequest): ChatCompletion
  stream(request: ChatCompletionRequest): Iterable<ChatCompletionChunk>
  /** Milliseconds before the n-th piece of a stream. */
  paceMs(index: number): number
  models: readonly string[]
  nowMs(): number
}

/** Serves the model the way OpenAI does: `POST …/chat/completions` and `GET …/models`, errors in the same shape. */
export async function serveModel(request: Request, model: HttpModel): Promise<Response> {
  const path = new URL(request.url).pathname
  if (request.method === 'GET' && path.endsWith('/models')) return json(modelList(model))
  if (request.method !== 'POST' || !path.endsWith('/chat/completions')) {
    return failure(404, 'not_found', `Unknown request: ${request.method} ${path}`)
  }
  const body = await readBody(request)
  if (typeof body === 'string') return failure(400, 'invalid_request', body)
  return body.stream === true ? streamed(model, body, request.signal) : json(model.complete(body))
}

/** The request body, or what is wrong with it. */
async function readBody(request: Request): Promise<ChatCompletionRequest | string> {
  const body = await request.json().catch(() => undefined)
  if (!body || typeof body !== 'object') return 'The body is not valid JSON.'
  const { messages, tools } = body as ChatCompletionRequest
  if (!Array.isArray(messages) || messages.length === 0) return '`messages` must be a list with at least one message.'
  const roles = ['system', 'developer', 'user', 'assistant', 'tool']
  const wrong = messages.findIndex(message => !roles.includes(message?.role))
  if (wrong >= 0) return `\`messages[${wrong}].role\` must be one of ${roles.join(', ')}.`
  if (tools !== undefined && (!Array.isArray(tools) || tools.some(tool => typeof tool?.function?.name !== 'string'))) {
    return '`tools` must be a list of functions with names.'
  }
  return body as ChatCompletionRequest
}

function streamed(model: HttpModel, body: ChatCompletionRequest, signal: AbortSignal): Response {
  const encoder = new TextEncoder()
  const chunks = model.stream(body)[Symbol.iterator]()
  const gone = new AbortController()
  const leave = () => gone.abort()
  if (signal.aborted) leave()
  else signal.addEventListener('abort', leave, { once: true })
  let sent = 0
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await pause(model.paceMs(sent++), gone.signal)
      if (gone.signal.aborted) return controller.error(gone.signal.reason)
      const { done, value } = chunks.next()
      controller.enqueue(encoder.encode(`data: ${done ? '[DONE]' : JSON.stringify(value)}\n\n`))
      if (!done) return
      signal.removeEventListener('abort', leave)
      controller.close()
    },
    cancel: leave,
  })
  return new Response(stream, {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
  })
}

/** Waits, but not for somebody who has left. */
function pause(ms: number, signal: AbortSignal): Promise<void> | undefined {
  if (ms <= 0 || signal.aborted) return undefined
  return new Promise(resolve => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}

function modelList(model: HttpModel): unknown {
  const created = Math.floor(model.nowMs() / 1000)
  return { object: 'list', data: model.models.map(id => ({ id, object: 'model', created, owned_by: 'sampan' })) }
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=utf-8' } })
}

function failure(status: number, code: string, message: string): Response {
  return json({ error: { message, type: 'invalid_request_error', param: null, code } }, status)
}
