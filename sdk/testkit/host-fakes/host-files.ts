import { randomUUID } from 'node:crypto'
import { hostCall, TroubleError, type HostCallbacks } from './host-call.js'
import type { HostPhone } from './host-phone.js'
import type { HostResponse } from './host-profile.js'
import type { RequestQueue } from './request-queue.js'

/** What an app hands to a host's `uploadFile`. */
interface UploadOption extends HostCallbacks {
  url: string
  filePath: string
  name?: string
  fileName?: string
  header?: Record<string, string>
  headers?: Record<string, string>
  formData?: Record<string, string>
  timeout?: number
}

/** What a host has for files: uploads over real HTTP, and reading what is on the phone. */
export function fileApis(phone: HostPhone, uploads: RequestQueue): Record<string, unknown> {
  const { files = {} } = phone.profile
  const bytesAt = (path: string): Uint8Array => {
    const bytes = phone.files.get(path)
    if (!bytes) throw new TroubleError('no-file')
    return bytes
  }
  const readFile = hostCall(phone, 'readFile', ({ filePath, encoding }: { filePath: string; encoding?: BufferEncoding }) => {
    const bytes = bytesAt(filePath)
    return { data: encoding ? Buffer.from(bytes).toString(encoding) : phone.makeBuffer(bytes) }
  })
  return {
    uploadFile(option: UploadOption) {
      const lacking = ['url', 'filePath', 'name', ...(files.requires ?? [])].some(field => !(option as unknown as Record<string, unknown>)[field])
      try {
        if (lacking) throw new TroubleError('arguments')
        return uploads.request(formOf(option, bytesAt(option.filePath)))
      } catch (thrown) {
        return hostCall(phone, 'uploadFile', () => {
          throw thrown
        })(option)
      }
    },
    ...(!files.lacksManager && { getFileSystemManager: () => ({ readFile }) }),
  }
}

/** What a host answers to an upload: less than to a request. */
export function uploadResult({ data, status, header }: HostResponse, { profile }: HostPhone): object {
  return { data, statusCode: status, ...(profile.hasOkText && { errMsg: 'uploadFile:ok' }), ...(profile.files?.tellsHeaders && { header }) }
}

function formOf(option: UploadOption, bytes: Uint8Array): Parameters<RequestQueue['request']>[0] {
  const border = `----host-${randomUUID()}`
  const part = (head: string, body: Uint8Array | string): Buffer[] => [Buffer.from(`--${border}\r\ncontent-disposition: form-data; ${head}\r\n\r\n`), Buffer.from(body), Buffer.from('\r\n')]
  const { name = option.fileName, filePath, formData = {}, header, headers, ...rest } = option
  const form = Buffer.concat([
    ...Object.entries(formData).flatMap(([field, text]) => part(`name="${field}"`, text)),
    ...part(`name="${name}"; filename="${filePath.slice(filePath.lastIndexOf('/') + 1)}"`, bytes),
    Buffer.from(`--${border}--\r\n`),
  ])
  const given = { ...header, ...headers, 'content-type': `multipart/form-data; boundary=${border}` }
  return { ...rest, method: 'POST', dataType: 'text', header: given, headers: given, form }
}
