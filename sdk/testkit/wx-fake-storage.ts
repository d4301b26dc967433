/** Bytes WeChat stores under one key, and in all. */
export const WX_KEY_BYTES = 1024 * 1024
export const WX_STORAGE_BYTES = 10 * WX_KEY_BYTES

/** `wx.*Storage` and `wx.*StorageSync`: the synchronous APIs, of which the others are made. */
export function wxStorageApis(entries: Map<string, string>): Record<string, (...args: never[]) => unknown> {
  const sizeOf = (key: string): number => Buffer.byteLength(entries.get(key) ?? '')
  const total = (): number => [...entries.keys()].reduce((sum, key) => sum + sizeOf(key), 0)
  return {
    setStorageSync(key: string, data: unknown) {
      const text = JSON.stringify(data ?? null)
      const size = Buffer.byteLength(text)
      // assumed: the texts. WeChat documents none; reports quote these two.
      if (size > WX_KEY_BYTES) throw wxError('setStorage:fail entry size limit reached')
      if (total() - sizeOf(key) + size > WX_STORAGE_BYTES) throw wxError('setStorage:fail exceed storage max size 10Mb')
      entries.set(key, text)
    },
    // assumed: '' for a key that is not stored. The typings do not say.
    getStorageSync: (key: string) => (entries.has(key) ? (JSON.parse(entries.get(key)!) as unknown) : ''),
    removeStorageSync: (key: string) => void entries.delete(key),
    clearStorageSync: () => entries.clear(),
    getStorageInfoSync: () => ({
      keys: [...entries.keys()],
      currentSize: Math.ceil(total() / 1024),
      limitSize: WX_STORAGE_BYTES / 1024,
    }),
    getStorage({ key }: { key: string }) {
      if (!entries.has(key)) throw wxError('getStorage:fail data not found')
      return { data: JSON.parse(entries.get(key)!) as unknown }
    },
  }
}

/** What WeChat throws or hands to `fail`: a plain object with a text, and a number where it has one. */
export function wxError(errMsg: string, errno?: number): Error & { errMsg: string; errno?: number } {
  return Object.assign(new Error(errMsg), errno === undefined ? { errMsg } : { errMsg, errno })
}
