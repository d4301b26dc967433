import { connect, createAgent, createThread, defineTool, en, zh } from 'sampan'
import { openai } from 'sampan/endpoints/openai'
import { deviceStore } from 'sampan/thread/device-store'
import * as z from 'sampan/zod'
import { searchMenu } from './menu'
import { placeOrder } from './orders'
import { gatewayUrl, platform } from './platform'
import type { Locale } from './strings'

const gateway = connect({ platform, url: gatewayUrl() })

export const findDrinks = defineTool({
  name: 'findDrinks',
  description: 'Finds drinks on the menu of Sampan Coffee by a keyword: a name, a taste, milk, tea, decaf. Prices are in yuan.',
  input: z.object({ keyword: z.string() }),
  execute: ({ keyword }) => ({ drinks: searchMenu(keyword).slice(0, 4).map(({ words: _words, ...drink }) => drink) }),
})

export const createOrder = defineTool({
  name: 'createOrder',
  description: 'Places an order. Use a drinkId and a size that findDrinks returned. The guest is asked to confirm.',
  input: z.object({
    drinkId: z.string(),
    size: z.enum(['small', 'medium', 'large']),
    quantity: z.int().check(z.minimum(1), z.maximum(9)),
    iced: z.boolean(),
    note: z.optional(z.string()),
  }),
  approval: 'ask',
  replay: 'idempotent',
  execute: (args, context) => placeOrder(context.toolCallId, args),
})

const agent = createAgent({
  model: openai({ connection: gateway, model: 'default' }),
  tools: [findDrinks, createOrder],
  instructions:
    'You are the barista of 舢板咖啡 (Sampan Coffee), a small shop by a river. Answer in the language of the guest, briefly and ' +
    'warmly. Look drinks up with findDrinks before you name or order one. Order with createOrder when drink, size and hot or ' +
    'iced are clear; the guest confirms on screen, so do not ask again in words.',
})

/** The conversation with the barista: the same one after each start of the app. */
export function openThread(locale: Locale) {
  const strings = locale === 'en' ? en : zh
  // Mini-programs have a label by default; h5 has it because it is given.
  return createThread({ agent, platform, id: 'barista', store: deviceStore(), strings, label: strings.label })
}

export type BaristaThread = ReturnType<typeof openThread>
export type BaristaMessage = BaristaThread['state']['messages'][number]
export type BaristaPart = BaristaMessage['parts'][number]
export type OrderPart = Extract<BaristaPart, { toolName: 'createOrder' }>
export type MenuPart = Extract<BaristaPart, { toolName: 'findDrinks' }>
