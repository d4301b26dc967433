import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { packed } from '../lib/beds.js'
import { root, run } from '../lib/run.js'

// Types are a cost too: an editor works out each of them again at every key. What a large app makes the compiler instantiate
// is pinned, as `tsc --extendedDiagnostics` counts it.

const folder = `${root}.cache/type-apps`

beforeAll(async () => {
  await packed()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(`${folder}/node_modules`, { recursive: true })
  symlinkSync(`${root}build/sampan`, `${folder}/node_modules/sampan`, 'junction')
})

const several = (count: number, each: (index: number) => string): string => Array.from({ length: count }, (_, index) => each(index)).join('\n')

/** Tools with inputs of their own, an agent that has them, a thread that tells them apart. */
const toolsApp = (tools: number): string => `
import { createAgent, createThread, defineTool, type ModelEndpoint } from 'sampan'
import * as z from 'zod/mini'
declare const model: ModelEndpoint
${several(tools, i => `const tool${i} = defineTool({ name: 'tool${i}', description: '', input: z.object({ a${i}: z.string(), b: z.number() }), execute: ({ a${i}, b }) => ({ r${i}: a${i}.length + b }) })`)}
export const agent = createAgent({ model, tools: [${several(tools, i => `tool${i},`)}], approval: { tool0: ({ b }) => (b > 1 ? 'ask' : 'allow') } })
export const thread = createThread({ agent, id: 't' })
for (const { parts } of thread.state.messages) for (const part of parts) {
  if (part.type === 'tool-call' && part.toolName === 'tool1') { const result: { r1: number } | undefined = part.result; void result }
}
`

/** A flow of steps, each taking what the one before gives. */
const flowApp = (steps: number): string => `
import { createFlow, defineStep, defineWorkflow } from 'sampan/workflow'
${several(steps, i => `const step${i} = defineStep({ name: 'step${i}', execute: ({ n }: { n: number }) => ({ n: n + 1, s${i}: 'x' }) })`)}
export const workflow = defineWorkflow({ name: 'w', flow: createFlow<{ n: number }>()
${several(steps, i => `.then(step${i})`)}
})
`

async function instantiations(name: string, source: string): Promise<number> {
  writeFileSync(`${folder}/${name}.ts`, source)
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: 'ES2020', lib: ['ES2022', 'DOM'], module: 'ESNext', moduleResolution: 'bundler', types: [] }
  writeFileSync(`${folder}/${name}.json`, JSON.stringify({ compilerOptions, files: [`${name}.ts`] }))
  const { code, output } = await run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${name}.json`, '--extendedDiagnostics', '--pretty', 'false'], { cwd: folder })
  expect(code, output).toBe(0)
  return Number(/Instantiations:\s+(\d+)/.exec(output)![1])
}

test('an agent of 30 tools and a flow of 20 steps cost the compiler a bounded number of instantiations', async () => {
  const [tools, flow] = await Promise.all([instantiations('tools-30', toolsApp(30)), instantiations('flow-20', flowApp(20))])
  console.log(`instantiations: 30 tools ${tools}, 20 steps ${flow}`)
  expect(tools).toBeLessThanOrEqual(18_000)
  expect(flow).toBeLessThanOrEqual(3_000)
})

test('types are as deep for many as for few: twice the tools or steps cost about twice', async () => {
  const counts = await Promise.all([toolsApp(10), toolsApp(20), toolsApp(40), flowApp(10), flowApp(20), flowApp(40)].map((source, index) => instantiations(`growth-${index}`, source)))
  const [tools10, tools20, tools40, flow10, flow20, flow40] = counts as [number, number, number, number, number, number]
  console.log(`instantiations by number of tools 10/20/40: ${tools10}/${tools20}/${tools40}; of steps: ${flow10}/${flow20}/${flow40}`)
  // The step from 20 to 40 is twice that from 10 to 20 where each costs the same.
  expect((tools40 - tools20) / (tools20 - tools10)).toBeLessThan(2.6)
  expect((flow40 - flow20) / (flow20 - flow10)).toBeLessThan(2.6)
})
