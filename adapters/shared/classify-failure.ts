import type { HostFailure, HostFailureReason } from '../../sdk/platform/platform.js'
import type { HostQuirks } from './quirks.js'

// The first that fits wins: "network change, cancel all task" is WeChat's word for a lost network, not for a cancel.
const PATTERNS: Partial<Record<HostFailureReason, RegExp>> = {
  suspended: /interrupted|suspend/,
  timeout: /time(d?[ _])?out|超时|逾時/i,
  tls: /CERT|SSL|证书/,
  // Alipay, whose number for it is lost under some frameworks.
  http: /http status/,
  'domain-not-allowed': /domain list|合法域名/,
  offline: /NOT_(RES|CONN)|DISCONN|UNREACH|network.?change|offline|互联网|網際網路/i,
  denied: /deny|denied|authorized/i,
  cancelled: /cancel|abort/,
  // No host documents these: they are the words seen in reports about storage.
  quota: /quota|exceed|limit|超/,
}

/**
 * Reads why a host call failed: by its number where that is clear, else by its text, which differs by system and language.
 *
 * @param api which API failed, as some hosts count their errors anew in each.
 */
export function classifyFailure(thrown: unknown, { reasons }: HostQuirks, api: string): HostFailure {
  // Its relatives have other names for `errMsg` and `errno`.
  const { errMsg, errorMessage, errno, error } = Object(thrown)
  const text = String(errMsg || errorMessage || thrown)
  const number = (errno || error) as number | undefined
  const byText = (Object.keys(PATTERNS) as HostFailureReason[]).find((reason) => PATTERNS[reason]!.test(text))
  return { reason: reasons[number!] || reasons[api + ' ' + number] || byText || 'unknown', errMsg: text, errno: number }
}
