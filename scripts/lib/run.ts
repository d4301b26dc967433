import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The repository's folder, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

export interface RunOptions {
  cwd?: string
  env?: Record<string, string | undefined>
  /** Show output as it comes. Otherwise it is only collected. Default `false`. */
  show?: boolean
}
export interface RunResult { code: number; output: string; seconds: number }

/** Runs a program to its end. Never throws: a program that could not be started has code 127. */
export function run(command: string, args: string[], { cwd = root, env, show = false }: RunOptions = {}): Promise<RunResult> {
  const started = Date.now()
  return new Promise(resolve => {
    let output = ''
    const end = (code: number) => resolve({ code, output, seconds: (Date.now() - started) / 1000 })
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const collect = (data: Buffer) => {
      output += data
      if (show) process.stdout.write(data)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', error => { output += String(error); end(127) })
    child.on('close', code => end(code ?? 1))
  })
}

/** Runs a program and throws with its output if it fails. */
export async function mustRun(command: string, args: string[], options?: RunOptions): Promise<string> {
  const { code, output } = await run(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}\n${options?.show ? '' : output}`)
  return output
}

/** A tool of the root install, run with this Node: no shell, no npx. */
export function tool(path: string, args: string[], options?: RunOptions): Promise<RunResult> {
  return run(process.execPath, [`${root}node_modules/${path}`, ...args], options)
}
