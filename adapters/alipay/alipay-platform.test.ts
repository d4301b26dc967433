import { EARLY_HEAD, NO_STREAM, hostPhones } from '../shared/__fixtures__/host-phones.js'
import { alipayPlatform } from './index.js'

// What every platform does, in Alipay. Its own traps are in alipay-traps.test.ts.

const GAPS = { ...NO_STREAM, [EARLY_HEAD]: 'its task tells headers, but no status' }

const { suite } = hostPhones('alipay', alipayPlatform)
suite('', {}, GAPS)
suite(' on iOS', { platform: 'ios' }, GAPS)
suite(' that answers an HTTP error as a success', { bugs: { httpErrorInSuccess: true } }, GAPS)
suite(' that says nothing of an HTTP error', { bugs: { bareHttpError: true } }, {
  ...GAPS,
  'takes every status for an answer, with its body': 'it keeps status and body to itself',
})
suite(' whose storage is synchronous', { bugs: { apDataStorage: true }, without: ['getStorage', 'setStorage', 'removeStorage', 'getStorageInfo'] }, GAPS)
