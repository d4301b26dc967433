import type { HostFacts } from '../shared/host-facts.js'

/** What is known of the web as a host, and how. */
export const hostFacts: HostFacts = {
  name: 'web',
  tier: 'A',
  minVersion: '0',
  minStreamVersion: '0',
  capabilities: { stream: 'bytes', maxStreams: Infinity },
  known: {
    request: 'real runtime in CI', stream: 'real runtime in CI', socket: 'fake in CI', storage: 'real runtime in CI', signIn: 'documented',
    signals: 'real runtime in CI', randomBytes: 'fake in CI',
  },
  assumed: [],
}
