import type { FlowJson, FlowNode } from './flow-json.js'
import type { FlowSnapshot } from './journal.js'
import type { AgentEvent } from '../protocol/events.js'

/** How far a place has come, for those who look at it. */
type Status = 'done' | 'running' | 'waiting'

/**
 * A flow as a Mermaid diagram. With what a run kept (`sampan.runs` in the state), or with its events so far, it shows
 * where the run stands: what is done, what runs, and what waits for a person.
 *
 * @example
 * describe(flow.json, events) // flowchart TD …
 */
export function describe({ nodes }: FlowJson, run?: FlowSnapshot | readonly AgentEvent[]): string {
  const lines = ['flowchart TD']
  const status = run ? statusOf(run) : new Map<string, Status>()
  const last = drawList(nodes, '', ['start'], '  ', lines, status)
  lines.splice(1, 0, '  start(( ))', '  finish(( ))')
  for (const from of last) lines.push('  ' + from + ' --> finish')
  lines.push('  classDef done fill:#d7f5dd,stroke:#2e7d32', '  classDef running fill:#dbeafe,stroke:#1d4ed8', '  classDef waiting fill:#fff3cd,stroke:#b26a00')
  return lines.join('\n')
}

/** Items and rounds have numbers in a path; in a diagram they are one place. What waits is told before what runs, that before what is done. */
function statusOf(run: FlowSnapshot | readonly AgentEvent[]): Map<string, Status> {
  const status = new Map<string, Status>()
  const rank: Status[] = ['done', 'running', 'waiting']
  const note = (path: string, state: Status, isNews = false): void => {
    const place = path.split('.').filter(part => !/^\d+$/.test(part)).join('.')
    const before = status.get(place)
    if (isNews || !before || rank.indexOf(state) > rank.indexOf(before)) status.set(place, state)
  }
  if ('workflow' in run) run.entries.forEach(([path, state]) => note(path, state === 'done' ? 'done' : state === 'waits' ? 'waiting' : 'running'))
  else run.forEach(event => noteEvent(event, (path, state) => note(path, state, true)))
  return status
}

function noteEvent(event: AgentEvent, note: (path: string, state: Status) => void): void {
  // What belongs to a run inside has places of its own.
  if ((event as { subagentRunId?: string }).subagentRunId !== undefined) return
  if (event.type === 'STEP_STARTED') note(event.stepName, 'running')
  else if (event.type === 'STEP_FINISHED') note(event.stepName, 'done')
  else if (event.type === 'RUN_FINISHED' && event.outcome?.type === 'interrupt') {
    for (const { id, subagentRunId = id } of event.outcome.interrupts) note(subagentRunId.slice(subagentRunId.indexOf('/') + 1), 'waiting')
  }
}

/** Draws nodes one after the other, and answers where the next thing follows from. */
function drawList(nodes: readonly FlowNode[], prefix: string, from: readonly string[], indent: string, lines: string[], status: ReadonlyMap<string, Status>): readonly string[] {
  return nodes.reduce<readonly string[]>((before, node) => drawNode(node, prefix + node.id, before, indent, lines, status), from)
}

function drawNode(node: FlowNode, path: string, from: readonly string[], indent: string, lines: string[], status: ReadonlyMap<string, Status>): readonly string[] {
  const id = idOf(path)
  const [open, close] = SHAPES[node.type] ?? ['[', ']']
  lines.push(indent + id + open + quote(textOf(node)) + close)
  for (const before of from) lines.push(indent + before + ' --> ' + id)
  const state = status.get(path)
  if (state) lines.push(indent + 'class ' + id + ' ' + state)
  const bodies = bodiesOf(node, path)
  if (!bodies.length) return [id]
  const ends = bodies.map(({ label, nodes, prefix, isRepeated }) => {
    const name = idOf(prefix)
    lines.push(indent + 'subgraph ' + name + '_body [' + quote(label) + ']')
    const last = drawList(nodes, prefix, [id], indent + '  ', lines, status)
    lines.push(indent + 'end')
    if (isRepeated) for (const end of last) lines.push(indent + end + ' -.-> ' + id)
    return last
  })
  const all = ([] as string[]).concat(...ends.map(list => list.slice()))
  return node.type === 'branch' ? Array.from(new Set(all.concat(id))) : all
}

const SHAPES: { readonly [type: string]: readonly [string, string] } = { branch: ['{', '}'], ask: ['[/', '/]'], bail: ['([', '])'], parallel: ['{{', '}}'], forEach: ['[[', ']]'], loop: ['[[', ']]'] }

interface Body { readonly label: string; readonly nodes: readonly FlowNode[]; readonly prefix: string; readonly isRepeated?: boolean }

function bodiesOf(node: FlowNode, path: string): Body[] {
  switch (node.type) {
    case 'parallel':
      return Object.keys(node.branches).map(key => ({ label: key, nodes: node.branches[key]!, prefix: path + '.' + key + '.' }))
    case 'branch':
      return node.cases.map(({ when, nodes }, index) => ({ label: JSON.stringify(when), nodes, prefix: path + '.when' + index + '.' }))
    case 'flow':
      return [{ label: node.id, nodes: node.nodes, prefix: path + '.' }]
    case 'forEach':
      return [{ label: 'each item', nodes: node.nodes, prefix: path + '.' }]
    case 'loop':
      return [{ label: 'until ' + JSON.stringify(node.until), nodes: node.nodes, prefix: path + '.', isRepeated: true }]
    default:
      return []
  }
}

function textOf(node: FlowNode): string {
  if (node.type === 'ask') return node.message
  if (node.type === 'sleep') return 'sleep ' + node.ms + ' ms'
  return node.type === 'step' && node.step !== node.id ? node.id + ': ' + node.step : node.id
}

/** A path as Mermaid takes it for an id: `end` alone would be a word of its own. */
function idOf(path: string): string {
  return 'n_' + path.replace(/[^A-Za-z0-9]/g, '_')
}

function quote(text: string): string {
  return '"' + text.replace(/"/g, '#quot;') + '"'
}
