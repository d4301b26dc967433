import type { HostCallback, Platform, Stop } from '../../sdk/platform/platform.js'
import { fetchRequest } from './fetch-request.js'
import { classifyWebFailure } from './web-failure.js'
import type { WebPage } from './web-page.js'

/** Sends and reads what a page holds under a `blob:` address: `URL.createObjectURL(file)`. */
export function webFiles(page: WebPage): Required<Pick<Platform, 'uploadFile' | 'readFile'>> {
  const read = <T>(path: string, as: (file: Response) => Promise<T>): Promise<T> =>
    // A method call, and inside a promise: `fetch` wants its page as `this`, and throws at an address it cannot read.
    new Promise<Response>((resolve) => resolve(page.fetch!(path))).then(as)
  return {
    uploadFile({ filePath, name, fields = {}, ...options }, handlers) {
      let isOpen = true
      let stop: Stop | undefined
      void read(filePath, (file) => file.blob()).then(
        (blob) => {
          if (!isOpen) return
          const body = new page.FormData!()
          for (const field of Object.keys(fields)) body.append(field, fields[field]!)
          body.append(name, blob, filePath.slice(filePath.lastIndexOf('/') + 1))
          stop = fetchRequest(page, { ...options, method: 'POST', body, stream: false }, handlers)
        },
        (thrown: unknown) => {
          if (isOpen) handlers.onFail(classifyWebFailure(page, thrown))
        },
      )
      return () => {
        isOpen = false
        stop?.()
      }
    },
    readFile(path: string, done: HostCallback<ArrayBuffer>) {
      void read(path, (file) => file.arrayBuffer()).then(
        (bytes) => done(null, bytes),
        (thrown: unknown) => done(classifyWebFailure(page, thrown)),
      )
    },
  }
}
