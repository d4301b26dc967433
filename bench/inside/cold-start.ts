import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { apps } from '../harness/apps.js'
import type { ColdStartJob, ColdStartResult } from '../harness/jobs.js'
import { createContext, createHost, startApp } from './app-host.js'
import { cpuMs, median } from './compare.js'

let salt = 0

/**
 * Compile, run and construct in a fresh context, in turn with the reference app. Every source is salted, since V8
 * keeps what it compiled by the text of the source.
 */
export function measureColdStart(job: ColdStartJob): ColdStartResult {
  const source = readFileSync(job.file, 'utf8')
  const reference = readFileSync(job.referenceFile, 'utf8')
  const costs: number[] = []
  const referenceCosts: number[] = []
  for (let i = 0; i < job.samples + 2; i++) {
    const referenceMs = startCold(reference, job.reference)
    const ms = startCold(source, job.app)
    if (i < 2) continue
    costs.push(ms)
    referenceCosts.push(referenceMs)
  }
  return { ratio: median(costs.map((ms, i) => ms / referenceCosts[i]!)), ms: median(costs), referenceMs: median(referenceCosts) }
}

function startCold(source: string, app: string): number {
  const entry = apps.find(each => each.name === app)!
  const { host } = createHost(entry.wire, entry.isChatOnly === true)
  const context = createContext(false)
  const text = `/* ${salt++} ${Math.random()} */${source}`
  const start = cpuMs()
  startApp(new vm.Script(text), context, host)
  return cpuMs() - start
}
