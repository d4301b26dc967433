import { readFileSync } from 'node:fs'
import ts from 'typescript'
import type { AnyTool } from '../../sdk/contracts.js'
import { fakePlatform } from '../../sdk/testkit/fake-platform.js'
import { doors, specifier, type Door } from '../pack/doors.js'
import { root } from './run.js'

// What the device tools say of themselves: their tables, their defaults, and the tags of their doc comments.

interface Entry { api?: string; openType?: string; scope?: string; otherwise?: Entry }
type Table = Record<string, Entry>

interface DeviceDoor {
  readonly door: Door
  /** The tables it exports, by what they are for: `chooseImage`. */
  readonly tables: readonly (readonly [string, Table])[]
  readonly tools: readonly { readonly maker: string; readonly tool: AnyTool; readonly privacy: string[]; readonly appJson: string[] }[]
}

/** Every capability, loaded from its source. */
export async function deviceDoors(): Promise<DeviceDoor[]> {
  const list = doors().filter(({ name }) => name.startsWith('device/'))
  return await Promise.all(list.map(async door => {
    const exported = Object.entries((await import(root + door.source)) as Record<string, unknown>)
    const tags = tagsOf(door.source)
    const tables = exported.filter(([name]) => name.endsWith('Hosts')).map(([name, table]) => [name.replace(/Hosts$/, ''), table as Table] as const)
    const tools = exported.filter(([name]) => /Tools?$/.test(name)).flatMap(([maker, make]) => toolsOf(make).map(tool => ({ maker, tool, ...tags(maker) })))
    return { door, tables, tools }
  }))
}

/** Names of host APIs and open types that may stand in a capability and nowhere else. */
export const hostNames = (list: readonly DeviceDoor[]): string[] =>
  [...new Set(list.flatMap(({ tables }) => tables.flatMap(([, table]) => Object.values(table).flatMap(namesOf))))].sort()

const namesOf = ({ api, openType, otherwise }: Entry): string[] => [(api ?? openType)!, ...(otherwise ? namesOf(otherwise) : [])]

function toolsOf(make: unknown): AnyTool[] {
  const platform = fakePlatform({ members: { host: { name: 'wechat', version: '', isSimulator: false, isRelease: false } } })
  const made = (make as (platform: unknown, options: object) => AnyTool | readonly AnyTool[])(platform, { paymentOf: () => undefined, topics: { news: 'id' } })
  return Array.isArray(made) ? made : [made as AnyTool]
}

/** `@privacy` and `@appJson` of the functions a file exports. */
function tagsOf(source: string) {
  const tree = ts.createSourceFile(source, readFileSync(root + source, 'utf8'), ts.ScriptTarget.Latest, true)
  return (maker: string) => {
    const made = tree.statements.find(node => ts.isFunctionDeclaration(node) && node.name?.text === maker)
    const tagged = (name: string) => ts.getJSDocTags(made!).filter(({ tagName }) => tagName.text === name).map(({ comment }) => String(comment))
    return { privacy: tagged('privacy'), appJson: tagged('appJson') }
  }
}

const WORDS = {
  en: { head: ['Import', 'Tool', 'Hosts', 'Scope', 'Privacy statement', 'app.json', 'Inside a tap', 'Asks by default', 'After a crash'], yes: 'yes', no: 'no', button: 'a button of the host' },
  zh: { head: ['导入', '工具', '宿主', 'scope', '隐私保护指引', 'app.json', '须在点击内', '默认先询问', '崩溃之后'], yes: '是', no: '否', button: '宿主的按钮' },
}

/** The table of `docs/device.md` in one language. */
export function deviceTable(list: readonly DeviceDoor[], language: keyof typeof WORDS): string {
  const { head, yes, no, button } = WORDS[language]
  const says = (is: boolean): string => (is ? yes : no)
  const rows = list.flatMap(({ door, tables, tools }) => tools.map(({ maker, tool, privacy, appJson }) => {
    const own = tables.filter(([purpose]) => tables.length === 1 || !maker.endsWith('ClipboardTool') || maker.startsWith(purpose))
    const hosts = own.map(([purpose, table]) => (own.length > 1 ? `${purpose}: ` : '') + Object.keys(table).join(', ')).join('; ')
    const scopes = own.flatMap(([, table]) => Object.entries(table).filter(([, { scope }]) => scope).map(([host, { scope }]) => `${host} \`${scope}\``))
    return [
      `\`${maker}\` \`${specifier(door.name)}\``, `\`${tool.name}\``, hosts, [...new Set(scopes)].join(', '), privacy.join(', '), appJson.join(', '),
      tool.execute ? says(tool.requiresGesture) : button, says(tool.approval === 'ask'), tool.execute ? `\`${tool.replay}\`` : '',
    ]
  }))
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
