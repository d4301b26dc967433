import type { HostFailure, HostFailureReason } from '../../sdk/platform/platform.js'
import type { HostQuirks } from './quirks.js'

// The first that fits wins: "network change, cancel all task" is WeChat's word for a lost network, not for a cancel.
const PATTERNS: Partial<Record<HostFailureReason, RegExp>> = {
  suspended: /interrupted|suspend/,
  timeout: /time(d?[ _])?out|超时|逾時/i,
  tls: /CERT|SSL|证书/,
  'domain-not-allowed': /domain list|合法域名/,
  offline: /NOT_(RES|CONN)|DISCONN|UNREACH|network.?change|offline|互联网|網際網路/i,
  denied: /deny|denied|authorized/i,
  cancelled: /cancel|abort/,
}

/** Reads why a host call failed: by its number where that is clear, else by its text, which differs by system and language. */
export function classifyFailure(thrown: unknown, { reasons }: HostQuirks): HostFailure {
  // Its relatives have other names for `errMsg` and `errno`.
  const { errMsg, errorMessage, errno, error } = Object(thrown)
  const text = String(errMsg || errorMessage || thrown)
  const number = (errno || error) as number | undefined
  const byText = (Object.keys(PATTERNS) as HostFailureReason[]).find((reason) => PATTERNS[reason]!.test(text))
  return { reason: reasons[number!] || byText || 'unknown', errMsg: text, errno: number }
}
