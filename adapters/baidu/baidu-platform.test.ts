import { expect, it } from 'vitest'
import { hostFacts } from './baidu-facts.js'
import { baiduPlatform } from './index.js'
import { startByteServer } from '../../sdk/testkit/byte-server.js'
import { recordRequest } from '../../sdk/testkit/request-record.js'
import { hostPhones } from '../shared/__fixtures__/host-phones.js'

// What every platform does, in Baidu.

const { phone, prove } = hostPhones('baidu', baiduPlatform)
prove(hostFacts, { 'on iOS': { platform: 'ios' }, 'that cannot stream': { chunks: 'none' } })

it('says of Baidu on iOS that it hides errors, and of no other Baidu', () => {
  const hides = (platform: 'ios' | 'android' | 'devtools') => phone({ platform }).platform.capabilities.hidesErrors
  expect([hides('ios'), hides('android'), hides('devtools')]).toEqual([true, undefined, undefined])
})

it('learns it of any host that shows it', async () => {
  const server = await startByteServer({ status: 401, chunks: ['{"error":{"message":"expired"}}'] })
  // An iPhone that says it is something else.
  const { fake, platform } = phone({ platform: 'ios', apis: {}, without: ['getSystemInfoSync'] })
  expect([fake.name, platform.capabilities.hidesErrors]).toEqual(['baidu', undefined])
  const { failure } = await recordRequest(platform, { url: server.url }).settled
  expect([failure?.reason, platform.capabilities.hidesErrors]).toEqual(['http', true])
  await server.close()
})
