import { isIPv6 } from 'node:net'
import { createRateLimiter } from './limits.js'
import type { Limits } from './options.js'

/** Counts sign-ins. */
export interface SignInLimiter {
  /** Counts one more. Throws a 429 that says how long to wait when that is too many, of whoever it is or of everybody. */
  take(request: Request): void
}

/**
 * Counts sign-ins by whose they are, and those of everybody together: whoever has many addresses has a limit too. What is
 * refused to one counts for nobody else.
 */
export function createSignInLimiter({ signInsPerMinute, allSignInsPerMinute, signInKey }: Limits, now: () => number): SignInLimiter {
  const one = createRateLimiter(signInsPerMinute, now)
  const all = createRateLimiter(allSignInsPerMinute, now)
  return {
    take(request) {
      one.take(networkOf(signInKey(request)))
      all.take('everybody')
    },
  }
}

/**
 * An IPv6 address as the network it is in, its first 64 bits: one connection has all of them. An address of version 4 that is
 * written as one of version 6 is the former. Anything else stays what it is.
 */
export function networkOf(key: string): string {
  const address = key.replace(/%.*/, '')
  if (!isIPv6(address)) return key
  const [head = [], tail] = address.split('::').map(part => part.split(':').flatMap(groupsOf))
  const groups = tail === undefined ? [...head] : [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
  // `::ffff:0:0/96` on sockets that take both versions, `64:ff9b::/96` behind a translator.
  if (/^(0,0,0,0,0,65535|100,65435,0,0,0,0)$/.test(String(groups.slice(0, 6)))) return groups.slice(6).flatMap(group => [group >> 8, group & 255]).join('.')
  return groups.slice(0, 4).map(group => group.toString(16)).join(':') + '::/64'
}

/** A part between colons: 16 bits, or 32 where an address ends like one of version 4. */
function groupsOf(part: string): number[] {
  if (part === '') return []
  if (!part.includes('.')) return [parseInt(part, 16)]
  const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}
