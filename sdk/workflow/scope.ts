/** What the nodes of one list know while they run, and where they stand. */
export interface Scope {
  /** Before the ids of its nodes: empty for the flow itself, else a path and a dot. */
  readonly prefix: string
  readonly parent?: Scope
  /** `input` in the outermost; `item` and `index`, or `iteration`, in a body. */
  readonly names: { readonly [name: string]: unknown }
  /** Results by node id. */
  readonly steps: { [id: string]: unknown }
  /** What the next node is given. */
  value: unknown
  /** Somebody in it waits for a person, so nothing after it begins. */
  isWaiting: boolean
}

/** A place for a list of nodes inside another. */
export function createScope(prefix: string, value: unknown, names: Scope['names'], parent?: Scope): Scope {
  return { prefix, parent, names, steps: {}, value, isWaiting: false }
}
