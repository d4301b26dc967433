import { systemClock, type Clock } from '../../platform/platform.js'
import type { HostBugs, HostFakeOptions } from './host-fake-options.js'
import type { HostProfile, HostTrouble } from './host-profile.js'

/** The phone a fake runs on: what its parts share. */
export interface HostPhone {
  readonly profile: HostProfile
  readonly bugs: HostBugs
  readonly platform: NonNullable<HostFakeOptions['platform']>
  readonly envVersion: NonNullable<HostFakeOptions['envVersion']>
  readonly sdkVersion: string
  readonly appVersion: string
  readonly isSignedIn: boolean
  readonly cuts: readonly number[]
  readonly clock: Clock
  /** What `enableChunked` gives on this phone. */
  readonly chunks: 'bytes' | 'text' | 'none'
  readonly hasChunkListener: boolean
  /** Files by path, as a chooser or recorder would have left them. */
  readonly files: Map<string, Uint8Array>
  isOnline: boolean
  isSuspended: boolean
  makeBuffer(bytes: Uint8Array): ArrayBuffer
  /** Whether the base library is at least this one. */
  has(version: string | undefined): boolean
  /** Why a call to this address fails at once, if it does. */
  refuse(url: string, scheme: 'http' | 'ws'): HostTrouble | undefined
}

/** Puts a phone together. */
export function createHostPhone(profile: HostProfile, options: HostFakeOptions): HostPhone {
  const { sdkVersion = profile.sdkVersion, appVersion = profile.appVersion, envVersion = 'develop' } = options
  const has = (version: string | undefined): boolean => version !== undefined && isAtLeast(sdkVersion, version)
  const phone: HostPhone = {
    profile,
    bugs: options.bugs ?? {},
    platform: options.platform ?? 'android',
    envVersion,
    sdkVersion,
    appVersion,
    isSignedIn: options.isSignedIn ?? true,
    cuts: options.cuts ?? [],
    clock: options.clock ?? systemClock,
    chunks: options.chunks ?? (has(profile.requests.chunks?.optionSince) ? profile.requests.chunks!.kind : 'none'),
    hasChunkListener: options.chunks ? options.chunks !== 'none' : has(profile.requests.chunks?.listenerSince),
    files: new Map(),
    isOnline: true,
    isSuspended: false,
    makeBuffer: options.makeBuffer ?? (bytes => new Uint8Array(bytes).buffer),
    has,
    refuse(url, scheme) {
      if (phone.isSuspended) return 'suspended'
      if (!phone.isOnline) return 'offline'
      if (!(scheme === 'http' ? /^https?:\/\/./ : /^wss?:\/\/./).test(url)) return 'url'
      if (profile.requests.releaseNeedsHttps && envVersion === 'release' && !/^(https|wss):/.test(url)) return 'url'
      return options.domains && !options.domains.some(domain => isAllowed(new URL(url), domain, profile)) ? 'domain' : undefined
    },
  }
  return phone
}

/** Compares versions number by number. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, want] = [version, minimum].map(text => text.split('.').map(Number)) as [number[], number[]]
  const index = want.findIndex((part, at) => part !== (have[at] ?? 0))
  return index < 0 || (have[index] ?? 0) > want[index]!
}

function isAllowed({ host, hostname }: URL, domain: string, { requests }: HostProfile): boolean {
  if (requests.domains === 'host-and-port') return host === domain
  return hostname === domain || (requests.domains === 'registrable' && hostname.endsWith('.' + domain))
}
