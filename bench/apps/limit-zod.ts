import * as z from 'zod'
import type { App, AppHost } from './host.js'
import { askByHand } from './limit-parts.js'

/** The bare loop with a tool checked by zod, described to the model by its JSON Schema. */
export function construct(host: AppHost): App {
  const item = z.object({ name: z.string(), quantity: z.number(), urgent: z.boolean(), remark: z.string() })
  const schema = z.object({ title: z.string(), items: z.array(item) })
  const parameters = z.toJSONSchema(schema)
  return {
    ask: () => askByHand(host, args => {
      if (!schema.safeParse(args).success || parameters.type !== 'object') throw new Error('wrong arguments')
    })
  }
}
