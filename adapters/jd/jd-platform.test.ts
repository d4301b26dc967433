import { CUTS, NO_HEAD, NO_STREAM, hostPhones } from '../shared/__fixtures__/host-phones.js'
import { jdPlatform } from './index.js'

// What every platform does, in JD, whatever its requests turn out to do with a stream.

const GAPS = { ...NO_STREAM, ...NO_HEAD }
const CUT = 'such a client would decode each chunk by itself'

const { suite } = hostPhones('jd', jdPlatform)
suite('', {}, GAPS)
suite(' if it streams bytes', { chunks: 'bytes' }, NO_HEAD, true)
suite(' if it streams text', { chunks: 'text' }, { ...NO_HEAD, [CUTS]: CUT }, true)
suite(' if it does not stream', { chunks: 'none' }, GAPS, true)
suite(' in its developer tool', { platform: 'devtools', bugs: { jdMockLogin: true } }, { ...GAPS })
