import { randomBytes } from 'node:crypto'
import type { Platform } from '../../sdk/platform/platform.js'
import { browserSocket } from '../shared/browser-socket.js'
import { decodersOf } from '../shared/native-text-decoder.js'
import { fileStorage } from './file-storage.js'
import { memoryStorage } from './memory-storage.js'
import { nodeFiles } from './node-files.js'
import { nodeRequest } from './node-request.js'

/** What a Node client may choose. */
export interface NodePlatformOptions {
  /** A directory to keep storage in, one file a key. Without it storage is memory and ends with the process. */
  storageDir?: string
}

/**
 * Node as a host: for tests, command lines and services that talk to a gateway. It has no user, so it signs nobody in
 * and sends no signals.
 *
 * @example
 * const platform = nodePlatform({ storageDir: '.sampan' })
 */
export function nodePlatform(options: NodePlatformOptions = {}): Platform {
  const { storageDir } = options
  return {
    host: { name: 'node', version: process.versions.node, isSimulator: false, isRelease: false },
    capabilities: {
      stream: 'bytes',
      maxStreams: Infinity,
      abort: true,
      earlyHeaders: true,
      volatileStorage: storageDir === undefined,
    },
    storage: storageDir === undefined ? memoryStorage() : fileStorage(storageDir),
    request: nodeRequest,
    onSignal: () => () => {},
    randomBytes: (count, done) => randomBytes(count, (error, bytes) => done(error && { reason: 'unknown', errMsg: error.message }, bytes)),
    createTextDecoder: decodersOf(TextDecoder),
    ...nodeFiles,
    // Node has one from version 22 on.
    ...(typeof WebSocket !== 'undefined' && { openSocket: browserSocket(WebSocket) }),
  }
}
