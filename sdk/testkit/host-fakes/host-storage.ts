import { hostCall, TroubleError, wordsOf } from './host-call.js'
import type { HostPhone } from './host-phone.js'

type Apis = Record<string, (...args: never[]) => unknown>

/** Bytes WeChat stores under one key, and in all. */
export const WX_KEY_BYTES = 1024 * 1024
export const WX_STORAGE_BYTES = 10 * WX_KEY_BYTES

/** What encryption makes of a size: of 1 MB a key 0.7 MB are left. */
const ENCRYPTED = 1 / 0.7

/** A host's storage: what is stored, and what may be. */
class StoredValues {
  private readonly entries = new Map<string, { text: string; size: number; isEncrypted: boolean }>()

  constructor(private readonly phone: HostPhone) {}

  set(key: string, data: unknown, isEncrypted = false): void {
    const { keyBytes = Infinity, totalBytes = Infinity } = this.phone.profile.storage
    if (typeof key !== 'string') throw new TroubleError('arguments')
    const text = JSON.stringify(data ?? null)
    const size = Buffer.byteLength(text) * (isEncrypted ? ENCRYPTED : 1)
    if (size > keyBytes) throw new TroubleError('key-quota')
    if (this.total() - this.sizeOf(key) + size > totalBytes) throw new TroubleError('total-quota')
    this.entries.set(key, { text, size, isEncrypted })
  }

  get(key: string, isEncrypted = false): unknown {
    if (typeof key !== 'string') throw new TroubleError('arguments')
    const entry = this.entries.get(key)
    if (!entry) return this.phone.profile.storage.missing
    // assumed: what is read the other way than it was written is as good as missing.
    if (entry.isEncrypted !== isEncrypted) throw new TroubleError('missing')
    return JSON.parse(entry.text) as unknown
  }

  has(key: string): boolean {
    return this.entries.has(key)
  }

  delete(key: string): void {
    if (typeof key !== 'string') throw new TroubleError('arguments')
    this.entries.delete(key)
  }

  clear(): void {
    this.entries.clear()
  }

  info(): object {
    // assumed: 10 MB is told where nobody knows the limit.
    const limit = this.phone.profile.storage.totalBytes ?? WX_STORAGE_BYTES
    return { keys: [...this.entries.keys()], currentSize: Math.ceil(this.total() / 1024), limitSize: limit / 1024 }
  }

  private sizeOf(key: string): number {
    return this.entries.get(key)?.size ?? 0
  }

  private total(): number {
    return [...this.entries.keys()].reduce((sum, key) => sum + this.sizeOf(key), 0)
  }
}

interface Stored { key: string; data?: unknown; encrypt?: boolean }
interface Batch { kvList: { key: string; value: unknown }[] }

/** `setStorage` and its family, in both manners. */
export function storageApis(phone: HostPhone): Apis {
  const values = new StoredValues(phone)
  const { takesObjects, failsOnMissing, encrypts } = phone.profile.storage
  const asynchronous: Apis = {
    setStorage: ({ key, data, encrypt = false }: Stored) => values.set(key, data, encrypts && encrypt),
    getStorage({ key, encrypt = false }: Stored) {
      if (failsOnMissing && !values.has(key)) throw new TroubleError('missing')
      return { data: values.get(key, encrypts && encrypt) }
    },
    removeStorage: ({ key }: { key: string }) => (values.delete(key), takesObjects ? { success: true } : {}),
    clearStorage: () => (values.clear(), takesObjects ? { success: true } : {}),
    getStorageInfo: () => values.info(),
  }
  if (phone.profile.storage.batches) asynchronous.batchSetStorage = ({ kvList }: Batch) => kvList.forEach(({ key, value }) => values.set(key, value))
  const apis = takesObjects ? objectApis(phone, values) : positionalApis(phone, values)
  for (const [name, work] of Object.entries(asynchronous)) apis[name] = hostCall(phone, name, work as (args: never) => unknown) as never
  return apis
}

/** Synchronous calls by position. They throw what the others hand to `fail`. */
function positionalApis(phone: HostPhone, values: StoredValues): Apis {
  const throwing = <T>(name: string, work: () => T): T => {
    try {
      return work()
    } catch (thrown) {
      const words = wordsOf(phone, name, thrown) as { errMsg: string }
      throw Object.assign(new Error(words.errMsg), words)
    }
  }
  return {
    setStorageSync: (key: string, data: unknown) => throwing('setStorage', () => values.set(key, data)),
    getStorageSync: (key: string) => throwing('getStorage', () => values.get(key)),
    removeStorageSync: (key: string) => throwing('removeStorage', () => values.delete(key)),
    clearStorageSync: () => values.clear(),
    getStorageInfoSync: () => values.info(),
    ...(phone.profile.storage.batches && {
      batchSetStorageSync: (kvList: Batch['kvList']) => throwing('batchSetStorage', () => kvList.forEach(({ key, value }) => values.set(key, value))),
    }),
  }
}

/** Alipay's synchronous calls: an object in, an object out, and the failure stands in it. */
function objectApis(phone: HostPhone, values: StoredValues): Apis {
  const field = phone.bugs.apDataStorage ? 'APDataStorage' : 'data'
  const told = (name: string, work: () => object | void): object => {
    try {
      return work() ?? { success: true }
    } catch (thrown) {
      return { success: false, ...wordsOf(phone, name, thrown) }
    }
  }
  return {
    setStorageSync: (args: { key: string; data: unknown }) => told('setStorage', () => values.set(args?.key, args?.data)),
    getStorageSync: (args: { key: string }) => told('getStorage', () => ({ [field]: values.get(args?.key) })),
    removeStorageSync: (args: { key: string }) => told('removeStorage', () => values.delete(args?.key)),
    clearStorageSync: () => told('clearStorage', () => values.clear()),
    getStorageInfoSync: () => values.info(),
  }
}
