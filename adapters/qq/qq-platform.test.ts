import { hostFacts } from './qq-facts.js'
import { qqPlatform } from './index.js'
import { hostPhones, UNDECIDED } from '../shared/__fixtures__/host-phones.js'

// What every platform does, in QQ, whatever its requests turn out to do with a stream.

hostPhones('qq', qqPlatform).prove(hostFacts, UNDECIDED)
