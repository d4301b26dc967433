import { z } from 'zod'

/** The tool of W2, as the peers that take a zod schema want it. */
export const noteSchema = z.object({
  title: z.string(),
  items: z.array(z.object({ name: z.string(), quantity: z.number(), urgent: z.boolean(), remark: z.string() }))
})

/** The same as JSON Schema. */
export const noteJsonSchema = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    items: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: { type: 'string' }, quantity: { type: 'number' }, urgent: { type: 'boolean' }, remark: { type: 'string' } },
        required: ['name', 'quantity', 'urgent', 'remark'],
        additionalProperties: false
      }
    }
  },
  required: ['title', 'items'],
  additionalProperties: false
} as const

/** A tool function that keeps what it was called with. One for a process, cleared by taking. */
export function createNoteKeeper(): { save(note: unknown): string; take(): unknown } {
  let kept: unknown
  return {
    save(note) {
      kept = note
      return 'saved'
    },
    take() {
      const note = kept
      kept = undefined
      return note
    }
  }
}
