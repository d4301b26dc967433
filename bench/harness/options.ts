import { selectEntries, type Entry } from './registry.js'

export const measureNames = ['chat', 'no-decoder', 'tool', 'follow', 'list', 'resume', 'workflow', 'memory', 'set-data', 'bytes', 'cold-start'] as const
export type MeasureName = (typeof measureNames)[number]

export interface Options {
  entries: Entry[]
  measures: readonly MeasureName[]
  isQuick: boolean
  /** Count instructions for everyone, not only where a ratio is close to its bar. */
  wantsInstructions: boolean
  wantsSources: boolean
  jsonFile: string | undefined
  sampling: { pairs: number; sampleMs: number; budgetMs: number }
}

export const usage = `npx tsx bench/run.ts [--quick] [--only NAME,…] [--instructions] [--sources] [--json FILE]
  --only          contenders (${'sampan, openai'} …) and measures (${measureNames.join(', ')}), mixed
  --quick         short samples, peers at one size
  --instructions  callgrind counts for everyone (slow)
  --sources       our own code from sdk/, even where build/sampan exists
  --json FILE     all figures as JSON`

export function parseOptions(args: readonly string[]): Options {
  let only: string[] | undefined
  let jsonFile: string | undefined
  const flags = new Set<string>()
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    if (arg === '--only') only = args[++i]?.split(',') ?? []
    else if (arg === '--json') jsonFile = args[++i]
    else if (arg === '--quick' || arg === '--instructions' || arg === '--sources') flags.add(arg)
    else throw new Error(`unknown option ${arg}\n${usage}`)
  }
  const measures = measureNames.filter(name => only?.includes(name))
  const contenders = only?.filter(name => !(measureNames as readonly string[]).includes(name))
  const isQuick = flags.has('--quick')
  return {
    entries: selectEntries(contenders?.length ? contenders : undefined),
    measures: measures.length > 0 ? measures : measureNames,
    isQuick,
    wantsInstructions: flags.has('--instructions'),
    wantsSources: flags.has('--sources'),
    jsonFile,
    sampling: isQuick ? { pairs: 3, sampleMs: 20, budgetMs: 1500 } : { pairs: 11, sampleMs: 40, budgetMs: 12_000 }
  }
}
