import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { apps } from '../harness/apps.js'
import type { AppJob } from '../harness/jobs.js'
import { createContext, createHost, startApp } from './app-host.js'

/** Runs a bundle in a fresh context and checks its answer: a bundle that is small because it is broken does not count. */
export async function runApp({ app, file, isBare }: AppJob): Promise<{ characters: number }> {
  const entry = apps.find(each => each.name === app)!
  const { host, expected } = createHost(entry.wire, entry.isChatOnly === true)
  const script = new vm.Script(readFileSync(file, 'utf8'))
  const text = await startApp(script, createContext(isBare), host).ask()
  if (text !== expected) throw new Error(`wrong text: ${text.length} characters instead of ${expected.length}`)
  return { characters: text.length }
}
