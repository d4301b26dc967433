import { HostRequest, type HostRequestOption } from './host-request.js'
import type { HostPhone } from './host-phone.js'
import type { HostTrouble } from './host-profile.js'

type Listener = (result: object) => void

/** The requests of one phone: those that run, and those the host keeps waiting without a word. */
export class RequestQueue {
  readonly running = new Set<HostRequest>()
  waiting: HostRequest[] = []
  /** The chunk listener registered last, of all requests. */
  lastListener: Listener | undefined

  constructor(readonly phone: HostPhone, readonly api = 'request') {}

  request(option: HostRequestOption): unknown {
    const { bugs, has, profile } = this.phone
    if (bugs.enableChunkedThrows && option.enableChunked) throw new TypeError('global is not defined')
    const request = new HostRequest(this, option)
    this.waiting.push(request)
    // A host answers later, whatever is wrong.
    setTimeout(() => this.runNext(), 0)
    return bugs.noRequestTask || !has(profile.requests.taskSince ?? '0') ? undefined : request.task
  }

  runNext(): void {
    for (;;) {
      const next = this.waiting.findIndex(request => this.hasRoomFor(request))
      if (next < 0) return
      this.waiting.splice(next, 1)[0]!.run()
    }
  }

  failAll(trouble: HostTrouble): void {
    for (const request of [...this.running, ...this.waiting]) request.fail(trouble)
  }

  dispose(): void {
    for (const request of this.waiting.splice(0)) request.drop()
    for (const request of this.running) request.drop()
  }

  private hasRoomFor(request: HostRequest): boolean {
    const { total = Infinity, perHost = Infinity } = this.phone.profile.requests.limits?.(this.phone) ?? {}
    const sameHost = [...this.running].filter(({ host }) => host === request.host).length
    return this.running.size < total && sameHost < perHost
  }
}
