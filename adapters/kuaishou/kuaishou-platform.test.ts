import { hostFacts } from './kuaishou-facts.js'
import { kuaishouPlatform } from './index.js'
import { hostPhones, UNDECIDED } from '../shared/__fixtures__/host-phones.js'

// What every platform does, in Kuaishou, whatever its requests turn out to do with a stream.

hostPhones('kuaishou', kuaishouPlatform).prove(hostFacts, UNDECIDED)
