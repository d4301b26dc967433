import type { HostChunk, HostFailure, Platform, RequestOptions, ResponseEnd, ResponseHead, Stop } from '../platform/platform.js'

/** All that a request reported, in order. */
export interface RequestRecord {
  calls: ('head' | 'chunk' | 'end' | 'fail')[]
  head?: ResponseHead
  chunks: HostChunk[]
  end?: ResponseEnd
  failure?: HostFailure
  stop: Stop
  /** Resolves with the record at `onEnd` or `onFail`. */
  settled: Promise<RequestRecord>
  /** Resolves with the record at the first chunk. */
  started: Promise<RequestRecord>
  /** Resolves with the record once the condition holds. Checked at each report. */
  until(condition: (record: RequestRecord) => boolean): Promise<RequestRecord>
}

/** Makes a request and writes down what it reports. */
export function recordRequest(platform: Platform, options: Partial<RequestOptions> & { url: string }): RequestRecord {
  const record = { calls: [], chunks: [] } as unknown as RequestRecord
  const checks = new Set<() => void>()
  const note = (call: RequestRecord['calls'][number], part: Partial<RequestRecord>): void => {
    record.calls.push(call)
    Object.assign(record, part)
    checks.forEach((check) => check())
  }
  record.until = (condition) =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!condition(record)) return
        checks.delete(check)
        resolve(record)
      }
      checks.add(check)
      check()
    })
  record.settled = record.until((seen) => endings(seen) > 0)
  record.started = record.until(({ chunks }) => chunks.length > 0)
  record.stop = platform.request(
    { method: 'GET', headers: {}, stream: true, ...options },
    {
      onHead: (head) => note('head', { head }),
      onChunk: (chunk) => note('chunk', { chunks: [...record.chunks, chunk] }),
      onEnd: (end) => note('end', { end }),
      onFail: (failure) => note('fail', { failure }),
    },
  )
  return record
}

/** The body of a recorded request as text, whichever way the host gave it. */
export function bodyText({ chunks, end }: RequestRecord): string {
  const parts = [...chunks, ...(end?.body === undefined ? [] : [end.body])]
  if (parts.some((part) => typeof part === 'string')) return parts.join('')
  return Buffer.concat(parts.map((part) => new Uint8Array(part as ArrayBuffer))).toString('utf8')
}

/** How often a request reported its end. */
export function endings({ calls }: RequestRecord): number {
  return calls.filter((call) => call === 'end' || call === 'fail').length
}
