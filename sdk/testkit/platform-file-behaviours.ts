import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { answerOf } from './answer-of.js'
import type { Platform, UploadOptions } from '../platform/platform.js'
import type { PlatformBehaviour } from './platform-suite.js'
import { bodyText, endings, recordRequest, type RequestRecord } from './request-record.js'

const MEMO = new TextEncoder().encode('一份备忘 🛶')

/** What every platform does with files, as far as it has any. */
export const FILE_BEHAVIOURS: readonly PlatformBehaviour[] = [
  {
    title: 'uploads a file in a form, with its fields and headers',
    about: 'files',
    needs: 'uploadFile',
    async run(platform, server, putFile) {
      server.use({ chunks: ['{"text":"好"}'] })
      const filePath = await putFile(MEMO)
      const record = await recordUpload(platform, { url: `${server.url}/transcribe`, filePath, fields: { model: 'a b' }, headers: { 'x-run': '7' } }).settled
      deepEqual([record.end?.status, bodyText(record)], [200, '{"text":"好"}'])
      const { method, path, headers, body } = server.requests.at(-1)!
      deepEqual([method, path, headers['x-run']], ['POST', '/transcribe', '7'])
      const type = String(headers['content-type'])
      match(type, /^multipart\/form-data; boundary=/)
      deepEqual(partsOf(body, type), { model: 'a b', memo: '一份备忘 🛶' })
    },
  },
  {
    title: 'takes every status of an upload for an answer',
    about: 'files',
    needs: 'uploadFile',
    async run(platform, server, putFile) {
      const filePath = await putFile(MEMO)
      for (const status of [401, 413, 500]) {
        server.use({ status, chunks: ['{"error":"no"}'] })
        const record = await recordUpload(platform, { url: server.url, filePath }).settled
        deepEqual([record.end?.status, bodyText(record)], [status, '{"error":"no"}'])
      }
    },
  },
  {
    title: 'reports nothing of an upload that was stopped',
    about: 'files',
    needs: 'uploadFile',
    async run(platform, server, putFile) {
      server.use({ chunks: ['late'], faults: { ttfb: 30 } })
      const turn = server.requests.length
      const record = recordUpload(platform, { url: server.url, filePath: await putFile(MEMO) })
      await server.until(({ requests }) => requests.length > turn)
      record.stop()
      record.stop()
      await new Promise((resolve) => setTimeout(resolve, 60))
      deepEqual(record.calls, [])
    },
  },
  {
    title: 'fails once to upload a file that is not there',
    about: 'files',
    needs: 'uploadFile',
    async run(platform, server, putFile) {
      const record = await recordUpload(platform, { url: server.url, filePath: `${await putFile(MEMO)}-gone` }).settled
      deepEqual([record.calls, endings(record)], [['fail'], 1])
      ok(record.failure?.errMsg, 'a failure says nothing')
    },
  },
  {
    title: 'reads a file as bytes',
    about: 'files',
    needs: 'readFile',
    async run(platform, _server, putFile) {
      const path = await putFile(MEMO)
      const { failure, value } = await answerOf<ArrayBuffer>((done) => platform.readFile!(path, done))
      equal(failure, null)
      deepEqual([...new Uint8Array(value!)], [...MEMO])
    },
  },
  {
    title: 'fails to read a file that is not there',
    about: 'files',
    needs: 'readFile',
    async run(platform, _server, putFile) {
      const path = `${await putFile(MEMO)}-gone`
      const { failure } = await answerOf<ArrayBuffer>((done) => platform.readFile!(path, done))
      ok(failure?.errMsg, 'a failure says nothing')
    },
  },
]

/** Uploads in the field `memo`, and writes down what is reported. */
function recordUpload({ uploadFile, ...platform }: Platform, options: Partial<UploadOptions> & { url: string }): RequestRecord {
  const request: Platform['request'] = (_options, handlers) => uploadFile!({ headers: {}, filePath: '', name: 'memo', ...options }, handlers)
  return recordRequest({ ...platform, request }, { url: options.url })
}

/** The fields of a form by name, files as text. */
function partsOf(body: string, type: string): Record<string, string> {
  const border = /boundary="?([^";]+)/.exec(type)![1]!
  const parts = body.split(`--${border}`).slice(1, -1)
  return Object.fromEntries(parts.map((part) => [/name="([^"]*)"/.exec(part)![1]!, part.slice(part.indexOf('\r\n\r\n') + 4, -2)]))
}
