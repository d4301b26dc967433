import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Job, Outcome } from './jobs.js'
import { compiledFolder } from './paths.js'

export interface SpawnOptions {
  nodeFlags?: readonly string[]
  /** A program to run Node under, with its arguments. */
  under?: readonly string[]
  timeoutMs?: number
}
export interface Finished<T> { outcome: Outcome<T>; stderr: string }

/** Runs one job in a process of its own and waits for its outcome. Never rejects. */
export function runChild<T>(job: Job, options: SpawnOptions = {}): Promise<Finished<T>> {
  const command = [...(options.under ?? []), process.execPath, '--no-warnings', ...(options.nodeFlags ?? []), join(compiledFolder, 'inside/child.js'), JSON.stringify(job)]
  return new Promise(resolve => {
    const child = spawn(command[0]!, command.slice(1), { env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, options.timeoutMs ?? 300_000)
    child.stdout.on('data', data => { stdout += String(data) })
    child.stderr.on('data', data => { stderr += String(data) })
    child.on('close', code => {
      clearTimeout(timer)
      if (process.env['BENCH_DEBUG']) process.stderr.write(stderr)
      resolve({ outcome: isLate ? { ok: false, reason: 'took too long' } : read<T>(stdout, stderr, code), stderr })
    })
  })
}

function read<T>(stdout: string, stderr: string, code: number | null): Outcome<T> {
  const line = stdout.slice(stdout.lastIndexOf('\nOUTCOME ') + 9).trim()
  if (stdout.includes('\nOUTCOME ')) return JSON.parse(line) as Outcome<T>
  return { ok: false, reason: `ended with code ${code}: ${stderr.trim().split('\n').find(l => /Error/.test(l)) ?? 'no outcome'}` }
}
