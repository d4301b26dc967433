import type { CompareResult, Outcome } from '../harness/jobs.js'
import type { Options } from '../harness/options.js'
import type { Entry } from '../harness/registry.js'
import type { Report } from '../harness/report.js'
import { bySize, compareInChild, growth, row, type Mode } from './compare.js'
import { decide } from './decide.js'

/** W2: arguments of 2, 20 and 200 kB, then an answer of 50 deltas. W3T: the UI follows the arguments meanwhile. */
export const measureTool = (options: Options, report: Report): Promise<void> => measure('tool', options, report)
export const measureFollow = (options: Options, report: Report): Promise<void> => measure('follow', options, report)

async function measure(test: 'tool' | 'follow', options: Options, report: Report): Promise<void> {
  for (const mode of ['jit', 'jitless'] as const) {
    const results = new Map<string, Outcome<CompareResult>>()
    const takingPart = options.entries.filter(entry => entry.tests.includes(test))
    for (const entry of takingPart) {
      const loads = sizesFor(entry, test, mode, options).map(size => ({ test, size }))
      if (loads.length > 0) results.set(entry.name, await compareInChild(entry, mode, loads, options))
    }
    report.raw[`${test} ${mode}`] = Object.fromEntries(results)
    report.addTable({
      title: test === 'tool' ? `W2 tool call, × limit, ${mode}` : `W3T the UI follows the arguments, × limit, ${mode}`,
      columns: ['contender', '2 kB', '20 kB', '200 kB', 'ms/1k at 20 kB', 'exponent'],
      rows: takingPart.filter(entry => results.has(entry.name)).map(entry => {
        const outcome = results.get(entry.name)!
        return row(entry, outcome, [2000, 20_000, 200_000], [bySize(outcome, 20_000)?.msPerThousand ?? '', exponentOf(outcome) ?? ''])
      }),
      notes: ['Exponents below 1 are fixed costs of a run spread over more deltas.', ...options.entries.flatMap(entry => entry.notes === undefined || test !== 'tool' ? [] : `${entry.name}: ${entry.notes}`)]
    })
    await judge(options, report, test, mode, results.get('sampan'))
  }
}

/** Peers whose cost explodes are kept to sizes that end today. */
function sizesFor(entry: Entry, test: 'tool' | 'follow', mode: Mode, { isQuick }: Options): number[] {
  if (entry.kind !== 'peer') return [2000, 20_000, 200_000]
  if (isQuick) return test === 'follow' && mode === 'jitless' ? [] : [2000]
  return test === 'follow' && mode === 'jitless' ? [2000, 20_000] : [2000, 20_000, 200_000]
}

const exponentOf = (outcome: Outcome<CompareResult> | undefined): number | undefined =>
  growth(bySize(outcome, 2000), bySize(outcome, 200_000) ?? bySize(outcome, 20_000))

async function judge(options: Options, report: Report, test: 'tool' | 'follow', mode: Mode, ours: Outcome<CompareResult> | undefined): Promise<void> {
  const entry = options.entries.find(each => each.kind === 'ours')
  if (entry === undefined || ours === undefined) return
  if (test === 'tool') await decide(report, entry, `tool-${mode}`, 'tool', bySize(ours, 20_000))
  report.judge(`${test}-growth`, exponentOf(ours), mode)
}
