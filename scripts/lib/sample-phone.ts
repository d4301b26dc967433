import { createWxFake } from '../../sdk/testkit/wx-fake.js'
import { openPage } from '../beds/exparser/open-page.js'
import { packProject } from '../beds/packer/pack-project.js'
import { startChatServer } from './chat-server.js'

/** A phone with a native sample on it, and the gateway that the sample talks to. */
export interface SamplePhone {
  /** Installs the sample as its reader does, and opens its first page. */
  open(): ReturnType<typeof openPage>
  close(): Promise<void>
}

/** Starts phone and gateway. */
export async function samplePhone(name: string): Promise<SamplePhone> {
  const server = await startChatServer()
  const phone = createWxFake({ cuts: [3, 1, 2, 5] })
  return {
    async open() {
      const { folder } = await packProject(`samples/${name}`)
      const wx = phone.wx as unknown as { request(options: { url: string }): unknown }
      const request = wx.request.bind(wx)
      // The sample names the port of `npm start`; the test has a port of its own.
      wx.request = options => request({ ...options, url: options.url.replace('http://127.0.0.1:8787', server.url) })
      return openPage({ folder, page: 'pages/index/index', wx })
    },
    async close() {
      phone.dispose()
      await server.close()
    },
  }
}
