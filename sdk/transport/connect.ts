import type { Observable } from 'rxjs'
import type { Framing } from './body-reader.js'
import type { Authority } from './answer.js'
import { createLadder } from './ladder.js'
import type { CancelTeller, StopRequest } from './rungs/rung.js'
import type { SocketRung } from './rungs/socket-hub.js'
import { fromToken, signInAtGateway, type TokenSource } from './sign-in.js'
import { createTokens } from './tokens.js'
import { DEFAULT_TIMEOUTS, type Timeouts } from './watchdog.js'
import { isSampanError, SampanError } from '../errors.js'
import { systemClock, type Clock, type Platform } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { defer } from '../protocol/streams.js'

export interface ConnectOptions {
  platform: Platform
  /** The gateway, or an endpoint without one: `https://ai.example.com`, `https://api.deepseek.com`. */
  url: string
  /**
   * Gives a token for the URL, instead of signing in at the gateway: from your own backend, for one. Called once at the
   * start, and again when a token is refused. Give `{ token, userId }`, so that threads are kept for each user apart.
   */
  getToken?: TokenSource
  /** `false`: send no token at all. Default `true`: sign in at the gateway. */
  signIn?: boolean
  /**
   * Whether the server is a Sampan gateway, or a backend that speaks its wire. `false`, for any other: nothing is sent that
   * only a gateway understands, an answer that broke off cannot be read on, and nobody signs in there; the token of
   * {@link getToken} is sent and renewed all the same. Default: `true`, but `false` with a provider's key or `signIn: false`.
   */
  gateway?: boolean
  /**
   * A model provider's own key, for development without a gateway. Everyone who has the package has the key: in a
   * release build `connect` throws.
   */
  providerKey?: string
  /** Lets a release build ship {@link providerKey}, and with it your bill. */
  dangerouslyShipProviderKey?: boolean
  /** `socketRung`: answers come over a socket where the host cannot stream. Default: by polling, there. */
  socket?: SocketRung
  /** Sent with every request. */
  headers?: Record<string, string>
  timeouts?: Partial<Timeouts>
  clock?: Clock
}

/** One request for a stream. */
export interface StreamRequest {
  /** Below the connection's URL. */
  path: string
  method?: 'GET' | 'POST'
  /** Sent as JSON. */
  body?: unknown
  headers?: Record<string, string>
  /** Default `sse`. */
  framing?: Framing
  /** Id of the stream log and idempotency key, minted by the client. Sent to a gateway only. */
  logId?: string
  /** The log of this id was begun before: it is read from its start, and nothing is begun. */
  joins?: boolean
  /** Tells, when the answer is left early, whether it is cancelled or somebody will come back for it. Absent: cancelled. */
  cancel?: CancelTeller
  /**
   * Where the server is no gateway and has an address that stops the model: what is POSTed there when the answer is
   * cancelled, or nothing while it is not known. Below the connection's URL.
   */
  stop?: () => { path: string; body?: unknown } | undefined
}

/** A place requests go to: knows the way, who we are, and how long to wait. */
export interface Connection {
  readonly platform: Platform
  readonly url: string
  /** Whether the other side is a Sampan gateway (or a backend that speaks its wire). */
  readonly isGateway: boolean
  /**
   * The frames of one response. Cold: subscribing sends the request, unsubscribing aborts it. Fails with a SampanError.
   * A token that is refused is replaced once.
   */
  open(request: StreamRequest): Observable<Frame>
}

/**
 * Says where requests go and how they are authorised. Sends nothing yet.
 *
 * @throws SampanError `transport/provider-key-exposed` in a release build that would ship a provider's key.
 * @example
 * const gateway = connect({ platform: wechatPlatform(), url: 'https://ai.example.com' })
 */
export function connect(options: ConnectOptions): Connection {
  refuseExposedKey(options)
  const { platform, clock = systemClock, getToken, signIn, providerKey } = options
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  const url = options.url.replace(/\/+$/, '')
  const signsIn = providerKey === undefined && signIn !== false
  const { gateway: isGateway = signsIn } = options
  const root = url.replace(/\/v1$/, '')
  const ladder = createLadder(platform, root, isGateway, clock, options.socket && options.socket(platform, root, clock))

  const headersOf = ({ body, headers: own, framing = 'sse', logId }: StreamRequest, token: string | undefined): Record<string, string> => {
    const headers: Record<string, string> = { ...options.headers, accept: typeof framing === 'object' ? framing.accept : framing === 'sse' ? 'text/event-stream' : 'application/json', ...own }
    const put = (name: string, value: string | false | undefined): void => {
      if (value) headers[name] = value
    }
    put('content-type', body !== undefined && 'application/json')
    put('authorization', token && 'Bearer ' + token)
    if (!isGateway) return headers
    const { stream, hidesErrors } = platform.capabilities
    put('x-sampan-log-id', logId)
    // Closing the connection is not cancelling: that is told, and whatever else closes it comes back for the rest.
    put('x-sampan-detach', logId && '1')
    // A host that hands over text has decoded each piece on its own, and damaged every character that was cut.
    put('x-sampan-ascii', stream === 'text' && '1')
    put('x-sampan-errors', (stream === 'events' || (hidesErrors && stream !== 'none')) && 'event')
    return headers
  }
  const signIn$ = getToken
    ? fromToken(getToken)
    : isGateway && signsIn && signInAtGateway(platform, { headers: options.headers!, timeouts, clock, url: root + '/v1/sign-in' })
  const tokens = signIn$ && createTokens(signIn$, clock, timeouts.firstByteMs, platform.storage)
  /** The headers of a request: with the token in use, or with a new one after a refusal. */
  const authorityOf = (request: StreamRequest): Authority => {
    let token = ''
    return {
      authorise: (take, fail) =>
        tokens ? tokens.token$.subscribe({ next: given => take(headersOf(request, (token = given))), error: fail }) : take(headersOf(request, providerKey)),
      isRefused(error) {
        const isRefused = !!tokens && isSampanError(error, 'transport/unauthorized') && error.details.status !== 403
        if (isRefused) tokens.reject(token)
        return isRefused
      },
    }
  }
  return {
    platform,
    url,
    isGateway,
    open: request =>
      defer(() => {
        const { path, method = 'POST', body, framing = 'sse' } = request
        const stop = (): StopRequest | undefined => {
          const found = request.stop && request.stop()
          return found && { url: url + found.path, body: JSON.stringify(found.body) }
        }
        return ladder.open({ ...request, url: url + path, method, headers: {}, body: JSON.stringify(body), framing, stop, timeouts, clock }, authorityOf(request))
      }),
  }
}

function refuseExposedKey({ platform, headers, providerKey, dangerouslyShipProviderKey }: ConnectOptions): void {
  const hasKey = providerKey !== undefined || Object.keys(headers || {}).some(name => /^(authorization|(x-)?api-key)$/i.test(name))
  if (!hasKey || !platform.host.isRelease || dangerouslyShipProviderKey) return
  throw new SampanError('transport/provider-key-exposed', 'A release build would give everyone this key: use a gateway')
}
