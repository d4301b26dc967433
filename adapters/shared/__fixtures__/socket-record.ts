import type { Platform, Socket } from '../../../sdk/platform/platform.js'

/** All that a socket reported, in order: `open`, the messages, `close 1000`, `fail offline`. */
export interface SocketRecord {
  socket: Socket
  heard: (string | ArrayBuffer)[]
  /** Resolves once so much was heard. */
  until(count: number): Promise<SocketRecord>
}

/** Opens a socket and writes down what it reports. */
export function recordSocket(platform: Platform, url: string, headers: Record<string, string> = {}): SocketRecord {
  const checks = new Set<() => void>()
  const record = { heard: [] } as unknown as SocketRecord
  const note = (what: string | ArrayBuffer): void => {
    record.heard.push(what)
    checks.forEach((check) => check())
  }
  record.until = (count) =>
    new Promise((resolve) => {
      const check = (): void => void (record.heard.length >= count && resolve(record))
      checks.add(check)
      check()
    })
  record.socket = platform.openSocket!(
    { url, headers },
    {
      onOpen: () => note('open'),
      onMessage: note,
      onClose: (code, reason) => note(`close ${code} ${reason}`.trim()),
      onFail: ({ reason }) => note(`fail ${reason}`),
    },
  )
  return record
}
