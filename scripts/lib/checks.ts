import { type ExternalTool, redis } from './external-tools.js'
import { tool } from './run.js'
import { vitest, type Count } from './vitest.js'

/** One check of the source as it stands, without a build. */
export interface Check {
  name: string
  /** Programs of the operating system without which a part of it says loudly that it did not run. */
  wants?: ExternalTool[]
  run(): Promise<Count & { output: string; seconds: number }>
}

const program = (name: string, path: string, args: string[]): Check => ({
  name,
  async run() {
    const { code, output, seconds } = await tool(path, args)
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [], output, seconds }
  },
})

/** What `npm run check` does, in the order it is reported. */
export const checks: Check[] = [
  program('types', 'typescript/bin/tsc', ['-p', 'tsconfig.json']),
  program('types on a phone', 'typescript/bin/tsc', ['-p', 'tsconfig.phone.json']),
  program('lint', 'oxlint/bin/oxlint', []),
  { name: 'units and house rules', wants: [redis], run: () => vitest(['units', 'house'], { show: false }) },
]
