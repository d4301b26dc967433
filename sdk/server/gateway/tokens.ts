import { randomBytes } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { AuthOptions } from './options.js'
import { Problem, type ProblemCode } from './problem.js'

const issuer = 'sampan-gateway'
const audience = 'sampan'
const scope = 'chat'
const algorithm = 'HS256'

/** Who calls, as the token says. */
export interface Caller {
  userId: string
  /** Aliases the caller may use; absent means all. */
  models?: readonly string[]
  /** Hosted agents the caller may run; absent means all. */
  agents?: readonly string[]
  /** What else the caller may; absent means nothing. */
  roles?: readonly string[]
}

/** Makes and reads tokens. */
export interface TokenIssuer {
  mint(caller: Caller, ttlMs: number): Promise<{ token: string; expiresAt: number }>
  /** Throws a 401 with `token_missing`, `token_expired` or `token_invalid`. */
  verify(authorization: string | null): Promise<Caller>
}

/** Tokens signed with one secret. Throws when production is given none, or one that can be guessed. */
export function createTokenIssuer(auth: AuthOptions, now: () => number): TokenIssuer {
  const key = signingKey(auth)
  const clockTolerance = (auth.clockToleranceMs ?? 30_000) / 1000
  return {
    async mint(caller, ttlMs) {
      const expiresAt = Math.floor((now() + ttlMs) / 1000)
      const token = await new SignJWT({ scope, ...listsOf(caller) })
        .setProtectedHeader({ alg: algorithm })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(caller.userId)
        .setIssuedAt(Math.floor(now() / 1000))
        .setExpirationTime(expiresAt)
        .sign(key)
      return { token, expiresAt: expiresAt * 1000 }
    },
    async verify(authorization) {
      const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1]
      if (!token) throw unauthorized('token_missing', 'A bearer token is needed. Sign in first.')
      try {
        const options = { issuer, audience, algorithms: [algorithm], clockTolerance, currentDate: new Date(now()) }
        const { payload } = await jwtVerify(token, key, options)
        if (payload.scope !== scope || !payload.sub) throw unauthorized('token_invalid', 'The token is not for chat.')
        return { userId: payload.sub, ...listsOf(payload) }
      } catch (error) {
        if (error instanceof Problem) throw error
        if (error instanceof errors.JWTExpired) throw unauthorized('token_expired', 'The token has expired. Sign in again.')
        throw unauthorized('token_invalid', 'The token is not valid. Sign in again.')
      }
    },
  }
}

/** What a token says besides whose it is: what is no list stands in none. */
function listsOf({ models, agents, roles }: Caller | JWTPayload): Omit<Caller, 'userId'> {
  return Object.fromEntries(Object.entries({ models, agents, roles }).filter(([, value]) => Array.isArray(value)))
}

function signingKey({ secret, mode = 'development' }: AuthOptions): Uint8Array {
  if (mode === 'production') {
    const bytes = new TextEncoder().encode(secret ?? '')
    if (bytes.byteLength < 32) throw new Error('auth.secret must have at least 32 bytes in production.')
    return bytes
  }
  return secret ? new TextEncoder().encode(secret) : new Uint8Array(randomBytes(32))
}

function unauthorized(code: ProblemCode, message: string): Problem {
  return new Problem(code, message, { headers: { 'www-authenticate': 'Bearer' } })
}
