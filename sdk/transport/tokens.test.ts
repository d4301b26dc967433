import { expect, it } from 'vitest'
import { connect } from './connect.js'
import { forgetUser } from '../platform/forget-user.js'
import { changeUser, readUser, watchUser } from '../platform/signed-in-user.js'
import { fakePlatform } from '../testkit/fake-platform.js'

/** A connection of which every request is answered at once; the tokens they carried. */
function start(getToken?: () => string | { token: string; userId?: string }) {
  const sent: (string | undefined)[] = []
  let signIns = 0
  const platform = fakePlatform({
    onRequest({ options, handlers }) {
      const isSignIn = options.url.endsWith('/sign-in')
      if (!isSignIn) sent.push(options.headers.authorization)
      handlers.onEnd({ status: 200, headers: {}, body: isSignIn ? JSON.stringify({ token: 'token-' + ++signIns, userId: 'anna' }) : '{}' })
    },
  })
  const connection = connect({ platform, url: 'https://gateway.test', getToken })
  // Ends with its answer, inside this very call.
  const ask = () => void connection.open({ path: '/v1/models', method: 'GET', framing: 'body' }).subscribe({ error() {} })
  const user = () => {
    let known: string | undefined
    readUser(platform.storage, found => (known = found.user))
    return known
  }
  return { platform, sent, ask, user, connection }
}

it('tells the phone who the gateway signed in', () => {
  const { ask, user, sent } = start()
  expect(user()).toBeUndefined()
  ask()
  ask()
  expect([user(), sent]).toEqual(['anna', ['Bearer token-1', 'Bearer token-1']])
})

it('takes the user from an app’s own token, and leaves the phone as it is where there is none', () => {
  const named = start(() => ({ token: 't', userId: 'b/1' }))
  named.ask()
  expect([named.user(), named.sent]).toEqual(['b%2F1', ['Bearer t']])
  const bare = start(() => 't')
  bare.ask()
  expect([bare.user(), bare.sent]).toEqual([undefined, ['Bearer t']])
})

it('gives up a token when somebody else uses the phone, and when they sign out', async () => {
  const { ask, sent, platform } = start()
  ask()
  changeUser(platform.storage, 'bert')
  ask()
  await forgetUser(platform.storage)
  ask()
  expect(sent).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-3'])
})

it('still has the token while those hear who need it to take their leave', () => {
  const { ask, sent, platform } = start()
  ask()
  watchUser(platform.storage, () => ask())
  changeUser(platform.storage, '')
  expect(sent).toEqual(['Bearer token-1', 'Bearer token-1'])
})
