import type { HostQuirks } from './quirks.js'

// What is known of a host, for a table of all hosts. No platform imports this: on a phone it costs nothing.

/** How it is known what a host does: the best of what is true. */
export type Knowledge = 'real runtime in CI' | 'fake in CI' | 'documented' | 'unknown'

/** What is asked about every host. */
export type Feature = 'request' | 'stream' | 'socket' | 'storage' | 'signIn' | 'signals' | 'randomBytes'

/** A host, as its data file describes it. */
export interface HostFacts {
  readonly name: string
  /** A: the vendor's documents or typings say it. B: experimental, on evidence from others. */
  readonly tier: 'A' | 'B'
  /** The oldest base library that will do, and the oldest that streams. `'0'`: none is known. */
  readonly minVersion: string
  readonly minStreamVersion: string
  /** What it promises before anything was tried. */
  readonly capabilities: HostQuirks['capabilities']
  readonly known: Readonly<Record<Feature, Knowledge>>
  /** What the adapter takes for true without a source. */
  readonly assumed: readonly string[]
}

/** Makes the facts of a host from its table and from what only they say. */
export function describeHost(quirks: HostQuirks, told: Pick<HostFacts, 'tier' | 'known' | 'assumed'>): HostFacts {
  const { name, minVersion, minStreamVersion, capabilities } = quirks
  return { name, minVersion, minStreamVersion, capabilities, ...told }
}
