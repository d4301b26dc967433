import { NO_HEAD, NO_STREAM, hostPhones } from '../shared/__fixtures__/host-phones.js'
import { douyinPlatform } from './index.js'

// What every platform does, in Douyin. Its event source is none of the suite's requests: see douyin-event-source.test.ts.

const GAPS = { ...NO_STREAM, ...NO_HEAD }

const { suite } = hostPhones('douyin', douyinPlatform)
suite('', {}, GAPS)
suite(' on iOS', { platform: 'ios' }, GAPS)
suite(' before it had an event source', { sdkVersion: '3.34.0' }, GAPS)
suite(' where nobody is signed in', { isSignedIn: false }, GAPS)
