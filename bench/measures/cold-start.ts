import { existsSync } from 'node:fs'
import { referenceApp } from '../harness/apps.js'
import { bundleByEsbuild, bundleFile } from '../harness/bundle.js'
import type { ColdStartResult } from '../harness/jobs.js'
import type { Options } from '../harness/options.js'
import type { Cell, Report } from '../harness/report.js'
import { runChild } from '../harness/spawn.js'
import { appsFor } from './bytes.js'

/** W4: CPU to compile, run and construct the smallest app in a fresh context. */
export async function measureColdStart(options: Options, report: Report): Promise<void> {
  const chosen = appsFor(options)
  for (const app of chosen) {
    if (options.measures.includes('bytes') && existsSync(bundleFile(app.name, 'esbuild'))) continue
    await bundleByEsbuild(app.name).catch(() => undefined)
  }
  for (const mode of ['jit', 'jitless'] as const) {
    const rows: Cell[][] = []
    for (const app of chosen) {
      process.stderr.write(`  … ${app.name} cold start ${mode}\r`)
      const job = { kind: 'cold-start' as const, app: app.name, file: bundleFile(app.name, 'esbuild'), reference: referenceApp, referenceFile: bundleFile(referenceApp, 'esbuild'), samples: options.isQuick ? 5 : 15 }
      const { outcome } = await runChild<ColdStartResult>(job, { nodeFlags: mode === 'jitless' ? ['--jitless'] : [] })
      report.raw[`cold-start ${mode} ${app.name}`] = outcome
      rows.push(outcome.ok ? [app.name, outcome.value.ratio, outcome.value.ms, outcome.value.referenceMs] : [app.name, `out: ${outcome.reason}`])
      if (app.kind === 'ours') report.judge(`cold-${mode}`, outcome.ok ? outcome.value.ratio : undefined)
    }
    report.addTable({ title: `W4 cold start (esbuild bundle), ${mode}`, columns: ['app', `× ${referenceApp}`, 'ms', 'reference ms'], rows, notes: ['The milliseconds wander; use the ratios.'] })
  }
}
