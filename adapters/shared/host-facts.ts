import type { HostQuirks } from './quirks.js'

// What is known of a host: read by the tests of its adapter and by the page about all hosts. No platform imports this: on a
// phone it costs nothing.

/** How it is known what a host does: the best of what is true. */
export type Knowledge = 'real runtime in CI' | 'fake in CI' | 'documented' | 'unknown'

/** What is asked about every host. */
export type Feature = 'request' | 'stream' | 'socket' | 'storage' | 'signIn' | 'signals' | 'randomBytes' | 'files' | 'device'

/** A sentence for the documentation, in both of its languages. */
export interface Told { readonly en: string; readonly zh: string }

/** What a host lacks, and why: by the title of a behaviour of `platformSuite`, or by the name of a member of the port. */
export type Gaps = Readonly<Record<string, Told>>

/** One client of a host that lacks other things than the ordinary one: an older one, another system, one that is only feared. */
export interface Client { readonly title: Told; readonly gaps: Gaps }

/** How Sampan can come into an app of the host. */
export type Way = 'npmBuild' | 'copy' | 'taro' | 'uni' | 'bundler' | 'async'

/**
 * What came of trying a way: the test that tries it, `file#a word in it`, on the vendor's own tool or on a shim of it; or
 * that nobody did. A way that is not named does not exist there.
 */
export type Tried = { readonly by: string; readonly isShim?: true } | 'documented' | 'not tried'

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
  /** What its ordinary client lacks. */
  readonly gaps: Gaps
  readonly clients: readonly Client[]
  readonly ways: Readonly<Partial<Record<Way, Tried>>>
}

type ToldOnly = Pick<HostFacts, 'tier' | 'known' | 'assumed' | 'ways'> & Partial<Pick<HostFacts, 'gaps' | 'clients'>>

/** Makes the facts of a host from its table and from what only they say. */
export function describeHost(quirks: HostQuirks, told: ToldOnly): HostFacts {
  const { name, minVersion, minStreamVersion, capabilities } = quirks
  return { name, minVersion, minStreamVersion, capabilities, gaps: {}, clients: [], ...told }
}

/** What a client of a host lacks, by its title in English. A client that is not named is like the ordinary one. */
export function gapsOf({ gaps, clients }: Pick<HostFacts, 'gaps' | 'clients'>, title: string): Gaps {
  const client = clients.find((each) => each.title.en === title)
  return client ? client.gaps : gaps
}
