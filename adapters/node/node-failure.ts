import type { HostFailure, HostFailureReason } from '../../sdk/platform/platform.js'

const REASONS: Record<string, HostFailureReason> = {
  ENOTFOUND: 'offline',
  EAI_AGAIN: 'offline',
  ENETUNREACH: 'offline',
  ENETDOWN: 'offline',
  EHOSTUNREACH: 'offline',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  // Something that is no TLS answered the handshake.
  EPROTO: 'tls',
  ENOSPC: 'quota',
  EDQUOT: 'quota',
  EACCES: 'denied',
  EPERM: 'denied',
}

/** Puts an error of Node's network or file system into the words all hosts share. */
export function classifyNodeFailure(thrown: unknown): HostFailure {
  const { code = '', message, errno } = (thrown ?? {}) as NodeJS.ErrnoException
  const isTls = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/.test(code)
  const failure: HostFailure = {
    reason: REASONS[code] ?? (isTls ? 'tls' : 'unknown'),
    // An AggregateError (every address of a host refused) has an empty message of its own.
    errMsg: message || code || String(thrown),
  }
  if (typeof errno === 'number') failure.errno = errno
  return failure
}
