import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs'
import { basename } from 'node:path'
import type { Platform, Stop } from '../../sdk/platform/platform.js'
import { classifyNodeFailure } from './node-failure.js'
import { nodeRequest } from './node-request.js'

/** Sends and reads files of the machine. */
export const nodeFiles: Required<Pick<Platform, 'uploadFile' | 'readFile'>> = {
  uploadFile({ filePath, name, fields = {}, headers, ...options }, handlers) {
    let isOpen = true
    let stop: Stop | undefined
    readFile(filePath, (failure, bytes) => {
      if (!isOpen) return
      if (failure) return handlers.onFail(classifyNodeFailure(failure))
      const border = randomUUID()
      const part = (field: string, more = ''): string => `--${border}\r\ncontent-disposition: form-data; name="${quoted(field)}"${more}\r\n\r\n`
      const texts = Object.entries(fields).map(([field, text]) => `${part(field)}${text}\r\n`)
      const body = Buffer.concat([
        Buffer.from(texts.join('') + part(name, `; filename="${quoted(basename(filePath))}"\r\ncontent-type: application/octet-stream`)),
        bytes,
        Buffer.from(`\r\n--${border}--\r\n`),
      ])
      const type = { 'content-type': `multipart/form-data; boundary=${border}` }
      stop = nodeRequest({ ...options, method: 'POST', headers: { ...headers, ...type }, body, stream: false }, handlers)
    })
    return () => {
      isOpen = false
      stop?.()
    }
  },
  readFile: (path, done) =>
    readFile(path, (failure, bytes) => {
      if (failure) done(classifyNodeFailure(failure))
      // A copy: small files share the memory of a pool.
      else done(null, new Uint8Array(bytes).buffer)
    }),
}

/** A name inside quotes, as browsers write it into a form. */
function quoted(name: string): string {
  return name.replace(/["\r\n]/g, encodeURIComponent)
}
