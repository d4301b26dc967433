import type { Storage } from '../../sdk/platform/platform.js'
import { callHost } from './call-host.js'
import type { WxLike } from './quirks.js'

/** The key-value storage of a wx-like host. */
export function wxLikeStorage(wx: WxLike): Storage {
  const keys: Storage['keys'] = (done) =>
    callHost(wx, 'getStorageInfo', {}, (failure, info) => done(failure, info && (info.keys as string[])))

  return {
    keys,
    get(key, done) {
      callHost(wx, 'getStorage', { key }, (failure, answer) => {
        const data = answer && answer.data
        if (data && typeof data === 'string') return done(null, data)
        // A missing key fails on one host, and is '' or nothing on another. The list of keys knows.
        keys((_noList, list) => {
          if (list && list.indexOf(key) < 0) done(null)
          else if (data) done({ reason: 'unknown', errMsg: 'not a text' })
          else done(failure, data as '')
        })
      })
    },
    set: (key, data, done) => callHost(wx, 'setStorage', { key, data }, done as () => void),
    delete: (key, done) => callHost(wx, 'removeStorage', { key }, done as () => void),
  }
}
