import { connect, createAgent, createThread, defineTool } from 'sampan'
import { wechatPlatform } from 'sampan/adapters/wechat'
import { openai } from 'sampan/endpoints/openai'
import { threadView } from 'sampan/view'
import * as z from 'zod/mini'
import type { App, AppHost } from './host.js'

/** Sampan on WeChat: sign-in, one chat with one tool, and the patches a page draws. */
export function construct(host: AppHost): App {
  const platform = wechatPlatform(host.wx as { request(options: object): unknown })
  const gateway = connect({ platform, url: 'https://bench.invalid/v1' })
  const item = z.object({ name: z.string(), quantity: z.number(), urgent: z.boolean(), remark: z.string() })
  const input = z.object({ title: z.string(), items: z.array(item) })
  const saveNote = defineTool({ name: 'saveNote', description: 'Saves a note.', input, execute: () => 'saved' })
  // Made at its first use; the other apps make theirs at the start, so it is made here.
  if (saveNote.parameters['type'] !== 'object') throw new Error('wrong parameters')
  const agent = createAgent({ model: openai({ connection: gateway, model: 'default' }), tools: [saveNote] })
  const thread = createThread({ agent, platform, id: 'bench' })
  const view = threadView(thread)
  return {
    ask: () => new Promise((resolve, reject) => {
      let text = ''
      let patches = 0
      view.patches$.subscribe(() => { patches++ })
      thread.on('text', delta => { text += delta })
      thread.on('error', error => reject(new Error(error.code)))
      thread.on('status', status => {
        if (status !== 'idle') return
        if (patches === 0) reject(new Error('nothing was drawn'))
        resolve(text)
      })
      thread.send('hi')
    })
  }
}
