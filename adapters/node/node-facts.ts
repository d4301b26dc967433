import type { HostFacts } from '../shared/host-facts.js'

/** What is known of Node as a host, and how. */
export const hostFacts: HostFacts = {
  name: 'node',
  tier: 'A',
  minVersion: '20.19',
  minStreamVersion: '20.19',
  capabilities: { stream: 'bytes', maxStreams: Infinity },
  known: {
    request: 'real runtime in CI', stream: 'real runtime in CI', socket: 'fake in CI', storage: 'real runtime in CI', signIn: 'documented',
    signals: 'documented', randomBytes: 'real runtime in CI', files: 'real runtime in CI', device: 'documented',
  },
  assumed: [],
  gaps: {
    signInCode: { en: 'there is no user', zh: '没有用户' },
    invoke: { en: 'there is no phone', zh: '没有手机' },
  },
  clients: [],
  ways: { bundler: { by: 'scripts/package/consumer.test.ts#Node loads every door' } },
}
