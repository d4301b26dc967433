import { countInstructions } from '../harness/instructions.js'
import type { CompareResult, Outcome } from '../harness/jobs.js'
import type { Options } from '../harness/options.js'
import type { Cell, Report } from '../harness/report.js'
import { bySize, compareInChild, growth, row, type Mode } from './compare.js'
import { decide, limitOn } from './decide.js'

/** W1: CPU from bytes to text on the view, over sizes, with and without a JIT. */
export async function measureChat(options: Options, report: Report): Promise<void> {
  const sizes = options.isQuick ? [1000, 50_000] : [100, 1000, 10_000, 50_000]
  for (const mode of ['jit', 'jitless'] as const) {
    const results = new Map<string, Outcome<CompareResult>>()
    for (const entry of options.entries) {
      const mine = options.isQuick && entry.kind === 'peer' ? [1000] : sizes
      results.set(entry.name, await compareInChild(entry, mode, mine.map(size => ({ test: 'chat', size })), options))
    }
    report.raw[`chat ${mode}`] = Object.fromEntries(results)
    report.addTable({
      title: `W1 chat, CPU per delta × limit, ${mode}`,
      columns: ['contender', ...sizes.map(size => size.toLocaleString('en-US')), 'ms/1k at 1,000', `exponent 1k→50k`, 'first run ms'],
      rows: options.entries.map(entry => {
        const outcome = results.get(entry.name)!
        const exponent = growth(bySize(outcome, 1000), bySize(outcome, 50_000))
        return row(entry, outcome, sizes, [bySize(outcome, 1000)?.msPerThousand ?? '', exponent ?? '', outcome.ok ? outcome.value.firstRunMs : ''])
      }),
      notes: ['Read every ratio as ±10 %. The ratios of ag-ui and coze are to the limit on their own wire.']
    })
    await judge(options, report, mode, results.get('sampan'))
  }
  if (options.wantsInstructions) await countEveryone(options, report)
}

async function judge(options: Options, report: Report, mode: Mode, ours: Outcome<CompareResult> | undefined): Promise<void> {
  const entry = options.entries.find(each => each.kind === 'ours')
  if (entry === undefined || ours === undefined) return
  const loads = ours.ok ? ours.value.loads.filter(load => load.size >= 1000) : []
  const worst = [...loads].sort((a, b) => b.ratio - a.ratio)[0]
  await decide(report, entry, `chat-${mode}`, 'chat', worst)
  report.judge('chat-growth', growth(bySize(ours, 1000), bySize(ours, 50_000)), mode)
}

async function countEveryone(options: Options, report: Report): Promise<void> {
  const rows: Cell[][] = []
  for (const entry of options.entries) {
    const load = { test: 'chat' as const, size: 1000 }
    const [millions, limitMillions] = [await countInstructions(entry, load), await countInstructions(limitOn(entry.wire), load)]
    rows.push(millions === undefined || limitMillions === undefined ? [entry.name, 'no count'] : [entry.name, millions, millions / limitMillions])
  }
  report.addTable({ title: 'W1 chat, instructions, jitless', columns: ['contender', 'M per 1,000 deltas', '× limit'], rows, notes: [] })
}

/** W1 where the engine has no TextDecoder. The limit keeps its own: the promise is about what is lost without it. */
export async function measureNoDecoder(options: Options, report: Report): Promise<void> {
  for (const mode of ['jit', 'jitless'] as const) {
    const rows: Cell[][] = []
    for (const entry of options.entries.filter(each => each.needsDecoder !== true)) {
      const outcome = await compareInChild(entry, mode, [{ test: 'chat', size: 1000 }], options, 'none')
      rows.push(row(entry, outcome, [1000], [bySize(outcome, 1000)?.msPerThousand ?? '']))
      report.raw[`no-decoder ${mode} ${entry.name}`] = outcome
      if (entry.kind === 'ours') await decide(report, entry, `no-decoder-${mode}`, 'chat', bySize(outcome, 1000), 'none')
    }
    report.addTable({ title: `W1 chat without native TextDecoder, × limit (which keeps its own), ${mode}`, columns: ['contender', '1,000', 'ms/1k'], rows, notes: [] })
  }
}
