import { createRealm, type RealmOptions } from '../../sdk/testkit/realm.js'
import { createWxFake } from '../../sdk/testkit/wx-fake.js'
import { CHAT_DOORS, CHAT_FLOW, type ChatReport } from './chat-flow.js'
import { loadDoors } from './phone-files.js'

/** Has the conversation of `CHAT_FLOW` in a bare realm, against a gateway over real HTTP, with chunks cut at awkward places. */
export async function chatInRealm(options: RealmOptions, gatewayUrl: string, cuts: number[]): Promise<ChatReport> {
  const realm = createRealm(options)
  const phone = createWxFake({ cuts, makeBuffer: realm.makeBuffer })
  try {
    const doors = loadDoors(realm.context, CHAT_DOORS)
    const wx = Object.assign(phone.wx, { gatewayUrl })
    return await new Promise<ChatReport>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the conversation did not come to an end')), 60_000)
      const report = (value: ChatReport): void => {
        clearTimeout(timer)
        resolve(JSON.parse(JSON.stringify(value)) as ChatReport)
      }
      ;(realm.run(`(${CHAT_FLOW})`) as (require: (door: string) => unknown, wx: object, report: (value: ChatReport) => void) => void)(door => doors[door], wx, report)
    })
  } finally {
    phone.dispose()
  }
}
