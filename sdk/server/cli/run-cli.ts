import { parseArgs } from 'node:util'
import { PROVIDER_VARIABLES, providerFromEnv } from './provider-from-env.js'
import { serveGateway } from '../gateway/index.js'

/** What the command works with; a test hands in its own. */
export interface CliOptions {
  env?: Readonly<Record<string, string | undefined>>
  print?: (text: string) => void
  fail?: (text: string) => void
  /** Ends what the command serves. Default: Ctrl-C, or a signal to end. */
  until?: Promise<unknown>
}

const USAGE = `sampan gateway [--port 8787] [--host 127.0.0.1]

Starts a gateway for development: it lets guests in and forgets everything when it ends. For production write your own
with serveGateway from @sampan/server/gateway.

  --port   Default 8787, or the next free one.
  --host   Default 127.0.0.1: this machine only. 0.0.0.0 lets phones in the same network in.

It answers with a built-in rule engine, or with a real model, from any OpenAI-compatible provider:
${PROVIDER_VARIABLES}`

/**
 * The command `sampan`.
 *
 * @param args what stands behind it.
 * @returns the exit code: 0, or 1 where something failed, or 2 where the arguments make no sense.
 */
export async function runCli(args: readonly string[], { env = process.env, print = console.log, fail = console.error, until }: CliOptions = {}): Promise<number> {
  const asked = readArgs(args)
  if ('error' in asked) {
    fail(`${asked.error}\n\n${USAGE}`)
    return 2
  }
  const { command, help, host, port } = asked
  if (help || !command) {
    print(USAGE)
    return 0
  }
  try {
    const { options, name } = providerFromEnv(env)
    const serve = (at: number) => serveGateway({ ...options, host, port: at })
    const gateway = await (port === undefined ? serve(8787).catch(() => serve(0)) : serve(port))
    print(`A gateway is running (${name}):\n\n  ${gateway.url}\n\nCtrl-C ends it.`)
    await (until ?? signalled())
    await gateway.close()
    return 0
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error))
    return 1
  }
}

function readArgs(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { port: { type: 'string' }, host: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
    const [command, ...more] = positionals
    if (command !== undefined && command !== 'gateway') return { error: `There is no command "${command}".` }
    if (more.length) return { error: `"${more.join(' ')}" is too much.` }
    const port = values.port === undefined ? undefined : Number(values.port)
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536)) return { error: `"${values.port}" is no port.` }
    return { command, help: values.help, host: values.host, port }
  } catch (error) {
    return { error: (error as Error).message }
  }
}

function signalled(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
