import type { Options } from '../harness/options.js'
import type { SetDataResult } from '../harness/jobs.js'
import type { Report } from '../harness/report.js'
import { runChild } from '../harness/spawn.js'

/** What a page has to send to its view: bytes of all patches, and how old text is when it gets there. Virtual time. */
export async function measureSetData(options: Options, report: Report): Promise<void> {
  if (!options.entries.some(entry => entry.kind === 'ours')) return
  const { outcome } = await runChild<SetDataResult>({ kind: 'set-data' })
  report.raw['set-data'] = outcome
  if (!outcome.ok) {
    report.addTable({ title: 'setData', columns: ['case'], rows: [[`out: ${outcome.reason}`]], notes: [] })
    report.judge('set-data', undefined)
    report.judge('set-data-age', undefined)
    return
  }
  const { cases } = outcome.value
  report.addTable({
    title: 'setData: bytes of all patches for n UTF-8 bytes of text, virtual time',
    columns: ['case', 'n', 'patches', 'bytes', '× n', 'allowed', 'age p95 ms'],
    rows: cases.map(each => [each.name, each.utf8Bytes, each.patches, each.patchBytes, each.ratio, each.allowedBytes, each.ageP95Ms]),
    notes: ['Allowed: 1.3 n + 64 per patch. The cases called naive are what a page sends that sets the whole text.']
  })
  for (const each of cases.filter(one => !one.name.startsWith('naive'))) {
    report.judge('set-data', each.patchBytes / each.allowedBytes, each.name)
    report.judge('set-data-age', each.ageP95Ms, each.name)
  }
}
