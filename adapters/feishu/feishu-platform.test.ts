import { hostFacts } from './feishu-facts.js'
import { feishuPlatform } from './index.js'
import { hostPhones, UNDECIDED } from '../shared/__fixtures__/host-phones.js'

// What every platform does, in Feishu, whatever its requests turn out to do with a stream.

hostPhones('feishu', feishuPlatform).prove(hostFacts, UNDECIDED)
