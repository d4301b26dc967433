import { hostFacts } from './douyin-facts.js'
import { douyinPlatform } from './index.js'
import { hostPhones } from '../shared/__fixtures__/host-phones.js'

// What every platform does, in Douyin. Its event source is none of the suite's requests: see douyin-event-source.test.ts.

hostPhones('douyin', douyinPlatform).prove(hostFacts, {
  'on iOS': { platform: 'ios' },
  'before it had an event source': { sdkVersion: '3.34.0' },
  'where nobody is signed in': { isSignedIn: false },
})
