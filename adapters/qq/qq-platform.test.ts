import { CUTS, NO_STREAM, hostPhones } from '../shared/__fixtures__/host-phones.js'
import { qqPlatform } from './index.js'

// What every platform does, in QQ, whatever its requests turn out to do with a stream.

const GAPS = NO_STREAM
const CUT = 'such a client would decode each chunk by itself'

const { suite } = hostPhones('qq', qqPlatform)
suite('', {}, GAPS)
suite(' if it streams bytes', { chunks: 'bytes' }, {}, true)
suite(' if it streams text', { chunks: 'text' }, { [CUTS]: CUT }, true)
suite(' if it does not stream', { chunks: 'none' }, GAPS, true)
