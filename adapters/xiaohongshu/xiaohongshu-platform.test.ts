import { CUTS, NO_HEAD, NO_STREAM, hostPhones } from '../shared/__fixtures__/host-phones.js'
import { xiaohongshuPlatform } from './index.js'

// What every platform does, in Xiaohongshu, whatever a chunk turns out to be.

const CUT = 'such a client would decode each chunk by itself'

const { suite } = hostPhones('xiaohongshu', xiaohongshuPlatform)
suite('', {}, NO_HEAD)
suite(' if a chunk is text', { chunks: 'text' }, { ...NO_HEAD, [CUTS]: CUT })
suite(' if it does not stream', { chunks: 'none' }, { ...NO_HEAD, ...NO_STREAM })
