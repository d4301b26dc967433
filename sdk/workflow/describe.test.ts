import { describe, expect, it } from 'vitest'
import { phoneOf } from './__fixtures__/play.js'
import { defineWorkflow } from './define-workflow.js'
import { describe as draw } from './describe.js'
import { createFlow } from './flow.js'
import { defineStep } from './step.js'
import type { FlowSnapshot } from './journal.js'

const find = defineStep({ name: 'find', execute: () => [1, 2] })
const flow = createFlow().then(find).forEach(createFlow<number>().ask({ message: 'Is "{item}" fine?', label: 'fine' }).then(defineStep({ name: 'take', execute: (n: number) => n }))).branch([[{ truthy: { path: 'value' } }, find]])

describe('the diagram of a flow', () => {
  it('shows its nodes, what follows from what, and bodies as groups', () => {
    const lines = draw(flow.json).split('\n').map(line => line.trim())
    expect(lines.slice(0, 3)).toEqual(['flowchart TD', 'start(( ))', 'finish(( ))'])
    for (const line of ['n_find["find"]', 'start --> n_find', 'n_forEach[["forEach"]]', 'n_find --> n_forEach', 'n_forEach_fine[/"Is #quot;{item}#quot; fine?"/]', 'n_forEach_fine --> n_forEach_take', 'n_forEach_take --> n_branch', 'n_branch --> finish', 'n_branch_when0_find --> finish']) expect(lines).toContain(line)
    expect(lines.filter(line => line.startsWith('subgraph'))).toHaveLength(lines.filter(line => line === 'end').length)
    expect(lines.some(line => line.startsWith('class '))).toBe(false)
  })
  it('shows what is done and what waits, from events and from what a run kept alike', () => {
    const phone = phoneOf(defineWorkflow({ name: 'w', flow }))
    const events = phone.begin(0)
    const { 'run-1': snapshot } = (phone.state as { sampan: { runs: { [id: string]: FlowSnapshot } } }).sampan.runs
    for (const text of [draw(flow.json, events), draw(flow.json, snapshot)]) {
      expect(text.split('\n').map(line => line.trim()).filter(line => line.startsWith('class '))).toEqual(['class n_find done', 'class n_forEach_fine waiting'])
    }
  })
})
