import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { root, tool } from './run.js'

export interface Count { passed: number; failed: number; skipped: string[] }

/** Runs vitest projects and counts their tests, from vitest's own JSON report. */
export async function vitest(projects: string[], { show = true } = {}): Promise<Count & { output: string; seconds: number }> {
  const report = `${root}.cache/vitest-${projects.join('-')}.json`
  mkdirSync(`${root}.cache`, { recursive: true })
  rmSync(report, { force: true })
  const { code, output, seconds } = await tool('vitest/vitest.mjs', [
    'run', '--passWithNoTests', ...projects.flatMap(name => ['--project', name]),
    '--reporter=default', '--reporter=json', `--outputFile.json=${report}`,
  ], { show })
  return { ...count(report, code), output, seconds }
}

function count(report: string, code: number): Count {
  try {
    const json = JSON.parse(readFileSync(report, 'utf8'))
    // A file that fails before its first test counts as one failure, so does an error outside any test.
    const brokenFiles = json.testResults.filter((file: any) => file.status === 'failed' && !file.assertionResults.some((test: any) => test.status === 'failed')).length
    const failed = json.numFailedTests + brokenFiles
    const skipped = json.testResults.flatMap((file: any) => file.assertionResults.filter((test: any) => test.status === 'pending' || test.status === 'skipped').map((test: any) => test.fullName))
    return { passed: json.numPassedTests, failed: failed || (code === 0 ? 0 : 1), skipped }
  } catch {
    return { passed: 0, failed: code === 0 ? 0 : 1, skipped: [] }
  }
}
