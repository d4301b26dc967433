// What runs that wait for a person keep travels in AG-UI's shared state, under `sampan.runs`: whoever resumes sends the
// state back, so neither phone nor gateway has to remember anything for it.

interface Kept { readonly sampan?: { readonly runs?: Readonly<Record<string, unknown>> } }

/** What a run kept when it asked, by the id it is known under. */
export function keptRun(state: unknown, runId: string): unknown {
  const runs = (Object(state) as Kept).sampan?.runs
  return runs && Object.prototype.hasOwnProperty.call(runs, runId) ? runs[runId] : undefined
}

/** The state with what a run keeps; without it where `kept` is `undefined`. The state given is not changed. */
export function keepRun(state: unknown, runId: string, kept: unknown): unknown {
  const { sampan, ...rest } = Object(state) as Kept
  const { [runId]: before, ...others } = sampan?.runs ?? {}
  if (kept === undefined && before === undefined) return state
  const runs = kept === undefined ? others : { ...others, [runId]: kept }
  if (!Object.keys(runs).length) {
    const { runs: none, ...own } = sampan ?? {}
    return Object.keys(own).length ? { ...rest, sampan: own } : rest
  }
  return { ...rest, sampan: { ...sampan, runs } }
}
