import { hostFacts } from './alipay-facts.js'
import { alipayPlatform } from './index.js'
import { hostPhones } from '../shared/__fixtures__/host-phones.js'

// What every platform does, in Alipay. Its own traps are in alipay-traps.test.ts.

hostPhones('alipay', alipayPlatform).prove(hostFacts, {
  'on iOS': { platform: 'ios' },
  'that answers an HTTP error as a success': { bugs: { httpErrorInSuccess: true } },
  'that says nothing of an HTTP error': { bugs: { bareHttpError: true } },
  'whose storage is synchronous': { bugs: { apDataStorage: true }, without: ['getStorage', 'setStorage', 'removeStorage', 'getStorageInfo'] },
})
