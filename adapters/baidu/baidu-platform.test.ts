import { CUTS, NO_HEAD, NO_STREAM, hostPhones } from '../shared/__fixtures__/host-phones.js'
import { baiduPlatform } from './index.js'

// What every platform does, in Baidu.

const CUT = 'native code decodes each chunk by itself: a server that is asked for ASCII keeps it whole'

const { suite } = hostPhones('baidu', baiduPlatform)
suite('', {}, { ...NO_HEAD, [CUTS]: CUT })
suite(' on iOS', { platform: 'ios' }, {
  ...NO_HEAD,
  [CUTS]: CUT,
  'takes every status for an answer, with its body': 'it keeps status and body to itself',
})
suite(' that cannot stream', { chunks: 'none' }, { ...NO_HEAD, ...NO_STREAM })
