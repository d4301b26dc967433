import { hostFacts } from './harmony-facts.js'
import { harmonyPlatform } from './index.js'
import { hostPhones } from '../shared/__fixtures__/host-phones.js'

// What every platform does, in an atomic service of HarmonyOS, whatever a chunk turns out to be.

hostPhones('harmony', harmonyPlatform).prove(hostFacts, {
  'if a chunk is text': { chunks: 'text' },
  'if it does not stream': { chunks: 'none' },
  'before it could stream': { sdkVersion: '2.0.1' },
})
