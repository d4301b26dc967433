import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { compileBench } from './harness/compile.js'
import { hasCallgrind } from './harness/instructions.js'
import { parseOptions, type MeasureName, type Options } from './harness/options.js'
import { installPeers } from './harness/peers.js'
import { Report } from './harness/report.js'
import { preferSources, sampanOrigin } from './harness/sampan-resolver.js'
import { measureBytes } from './measures/bytes.js'
import { measureChat, measureNoDecoder } from './measures/chat.js'
import { measureColdStart } from './measures/cold-start.js'
import { measureList } from './measures/list.js'
import { measureMemory } from './measures/memory.js'
import { measureResume } from './measures/resume.js'
import { measureSetData } from './measures/set-data.js'
import { measureFollow, measureTool } from './measures/tool-call.js'
import { measureWorkflow } from './measures/workflow.js'

// The one command of the bench. See README.md.

const measures: Record<MeasureName, (options: Options, report: Report) => Promise<void>> = {
  'chat': measureChat,
  'no-decoder': measureNoDecoder,
  'tool': measureTool,
  'follow': measureFollow,
  'list': measureList,
  'resume': measureResume,
  'workflow': measureWorkflow,
  'memory': measureMemory,
  'set-data': measureSetData,
  'bytes': measureBytes,
  'cold-start': measureColdStart
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options.wantsSources) preferSources()
  installPeers()
  const report = new Report()
  const problem = await compileBench()
  const environment = { node: process.version, v8: process.versions.v8, cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, sampan: sampanOrigin(), quick: options.isQuick, callgrind: hasCallgrind() }
  console.log(Object.entries(environment).map(([name, value]) => `${name}: ${value}`).join(' · '))
  if (problem !== undefined) {
    console.log(`\n!! sampan takes no part: ${problem}`)
    options.entries = options.entries.filter(entry => entry.kind !== 'ours')
  }
  for (const name of options.measures) await measures[name](options, report)
  if (report.verdicts.length > 0) report.printVerdicts()
  if (options.jsonFile !== undefined) writeFileSync(options.jsonFile, JSON.stringify({ environment, tables: report.tables, verdicts: report.verdicts, raw: report.raw }, undefined, 2))
}

await main()
