import { createHash, randomUUID } from 'node:crypto'
import type { AuthOptions, SignInRequest } from './options.js'
import { Problem } from './problem.js'
import type { Caller, TokenIssuer } from './tokens.js'

const hour = 3_600_000

/** What a sign-in answers. */
export interface SignInAnswer {
  token: string
  /** Milliseconds since 1970. */
  expiresAt: number
  userId: string
}

/** Checks the body of a sign-in. */
export function readSignIn(body: Record<string, unknown>): SignInRequest {
  const { host, code, guest } = body
  if (typeof host !== 'string' || !host) throw new Problem('invalid_request', '`host` must say where the app runs.')
  if (code !== undefined && typeof code !== 'string') throw new Problem('invalid_request', '`code` must be a string.')
  if (guest !== undefined && (typeof guest !== 'string' || guest.length > 200)) {
    throw new Problem('invalid_request', '`guest` must be a string of at most 200 characters.')
  }
  return { host, ...(code && { code }), ...(guest && { guest }) } as SignInRequest
}

/** Signs one caller in: through the host's code where that can be checked, as a guest where guests are allowed. */
export async function signIn(request: SignInRequest, auth: AuthOptions, tokens: TokenIssuer): Promise<SignInAnswer> {
  const isVerifiable = auth.verifySignIn !== undefined && request.code !== undefined
  const caller = isVerifiable ? await verified(request, auth) : guest(request, auth)
  const ttlMs = isVerifiable ? (auth.userTtlMs ?? 2 * hour) : (auth.guestTtlMs ?? hour)
  return { ...(await tokens.mint(caller, ttlMs)), userId: caller.userId }
}

async function verified(request: SignInRequest, auth: AuthOptions): Promise<Caller> {
  const user = await auth.verifySignIn!(request)
  if (!user?.userId) throw new Problem('sign_in_rejected', 'The sign-in code was not accepted.')
  return user
}

function guest(request: SignInRequest, auth: AuthOptions): Caller {
  const isDevelopment = (auth.mode ?? 'development') === 'development'
  if (!isDevelopment && auth.allowGuests !== true) {
    if (!auth.verifySignIn) {
      const message = 'Sign-in is not set up: give the gateway `auth.verifySignIn`, or allow guests with `auth.allowGuests`.'
      throw new Problem('sign_in_not_configured', message)
    }
    throw new Problem('guests_not_allowed', 'A sign-in code is needed: guests are not allowed.')
  }
  const models = auth.guestModels ?? (isDevelopment ? undefined : ['default'])
  const agents = auth.guestAgents ?? (isDevelopment ? undefined : [])
  return { userId: guestId(request.guest), ...(models && { models }), ...(agents && { agents }) }
}

// Hashed, so that the id in logs and limits does not reveal what the app minted.
function guestId(guest: string | undefined): string {
  if (!guest) return `guest_${randomUUID().replaceAll('-', '').slice(0, 20)}`
  return `guest_${createHash('sha256').update(guest).digest('hex').slice(0, 20)}`
}
