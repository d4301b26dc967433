import { jdPlatform } from './index.js'
import { hostFacts } from './jd-facts.js'
import { hostPhones, UNDECIDED } from '../shared/__fixtures__/host-phones.js'

// What every platform does, in JD, whatever its requests turn out to do with a stream.

hostPhones('jd', jdPlatform).prove(hostFacts, { ...UNDECIDED, 'in its developer tool': { platform: 'devtools', bugs: { jdMockLogin: true } } })
