import { CUTS, NO_STREAM, hostPhones } from '../shared/__fixtures__/host-phones.js'
import { harmonyPlatform } from './index.js'

// What every platform does, in an atomic service of HarmonyOS, whatever a chunk turns out to be.

const CUT = 'such a client would decode each chunk by itself'

const { suite } = hostPhones('harmony', harmonyPlatform)
suite('', {}, {})
suite(' if a chunk is text', { chunks: 'text' }, { [CUTS]: CUT })
suite(' if it does not stream', { chunks: 'none' }, { ...NO_STREAM })
suite(' before it could stream', { sdkVersion: '2.0.1' }, NO_STREAM)
