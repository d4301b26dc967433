import { onTestFinished } from 'vitest'
import type { LogPage } from '../../../protocol/index.js'
import type { Gateway, GatewayOptions } from '../index.js'
import { delta, done, finish, framesOf, type ManualProvider, manualProvider, type SeenFrame, startClient, until } from './harness.js'

/** One user at a gateway that keeps logs. */
export interface LogUser {
  readonly userId: string
  readonly token: string
  /** POSTs a completion under an id. */
  chat(id: string, headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>
  /** GETs a log as an event stream. */
  follow(id: string, after?: number, headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>
  /** GETs one page of a log. */
  page(id: string, after?: number, waitMs?: number): Promise<LogPage>
  get(path: string, headers?: Record<string, string>): Promise<Response>
  cancel(id: string): Promise<Response>
  erase(): Promise<Response>
}

/** Signs a user in at a gateway. */
export async function signIn(gateway: Gateway, guest: string): Promise<LogUser> {
  const ask = (path: string, init: RequestInit): Promise<Response> => gateway.fetch(new Request(`http://gateway.test${path}`, init))
  const signedIn = await ask('/v1/sign-in', { method: 'POST', body: JSON.stringify({ host: 'web', guest }) })
  const { token, userId } = (await signedIn.json()) as { token: string; userId: string }
  const authorization = `Bearer ${token}`
  const get: LogUser['get'] = (path, headers = {}) => ask(path, { headers: { authorization, ...headers } })
  return {
    userId,
    token,
    chat: (id, headers = {}, signal) =>
      ask('/v1/chat/completions', {
        method: 'POST',
        headers: { authorization, 'x-sampan-log-id': id, ...headers },
        body: JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], stream: true }),
        signal,
      }),
    follow: (id, after = 0, headers = {}, signal) =>
      ask(`/v1/logs/${id}?after=${after}`, { headers: { authorization, accept: 'text/event-stream', ...headers }, signal }),
    page: async (id, after = 0, waitMs = 2000) => (await get(`/v1/logs/${id}?after=${after}&wait=${waitMs}`)).json() as Promise<LogPage>,
    get,
    cancel: id => ask(`/v1/logs/${id}/cancel`, { method: 'POST', headers: { authorization } }),
    erase: () => ask('/v1/me/erase', { method: 'POST', headers: { authorization } }),
  }
}

/** A gateway, a provider in the hands of the test, and a user. */
export async function startLogs(options: GatewayOptions = {}): Promise<LogUser & { gateway: Gateway; provider: ManualProvider }> {
  const provider = manualProvider()
  const { gateway } = await startClient({ providers: { manual: provider }, logs: { gatherMs: 20 }, ...options })
  return { gateway, provider, ...(await signIn(gateway, 'g')) }
}

/** Waits until the provider was asked so many times, and answers the last with these texts. */
export async function say(provider: ManualProvider, calls: number, ...texts: string[]): Promise<void> {
  await until(() => provider.calls.length === calls)
  for (const text of texts) provider.send(text)
}

/** A whole answer of so many texts. */
export const answerOf = (count: number): string[] => [...Array.from({ length: count }, (_, index) => delta(`${index} 你好`)), finish, done]

/** Reads a stream frame by frame. */
export function readFrames(response: Response): { next(): Promise<SeenFrame | undefined>; leave(): Promise<void> } {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  onTestFinished(() => reader.cancel().catch(() => {}))
  let text = ''
  const next = async (): Promise<SeenFrame | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const block = text.slice(0, end + 2)
        text = text.slice(end + 2)
        const [frame] = await framesOf(new Response(block))
        if (frame) return frame
      } else {
        const { done: isOver, value } = await reader.read()
        if (isOver) return undefined
        text += value
      }
    }
  }
  return { next, leave: () => reader.cancel() }
}
