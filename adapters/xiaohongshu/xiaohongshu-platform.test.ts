import { xiaohongshuPlatform } from './index.js'
import { hostFacts } from './xiaohongshu-facts.js'
import { hostPhones } from '../shared/__fixtures__/host-phones.js'

// What every platform does, in Xiaohongshu, whatever a chunk turns out to be.

hostPhones('xiaohongshu', xiaohongshuPlatform).prove(hostFacts, { 'if a chunk is text': { chunks: 'text' }, 'if it does not stream': { chunks: 'none' } })
