/** A chat completion as it is asked for, in JSON. */
export type CompletionBody = Record<string, unknown>

/** How requests are written for one provider, and its answers read. Made by `dialectOf`. */
export interface Dialect {
  /** Named in `usage`. */
  readonly provider: string
  /** Fields of a delta that hold reasoning, first one found counts. */
  readonly reasoningFields: readonly string[]
  /** Whether schemas of answers are understood. */
  readonly jsonSchema: boolean
  /** The same request, as this provider wants it. */
  fit(body: CompletionBody): CompletionBody
}
