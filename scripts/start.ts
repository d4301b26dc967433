import { PROVIDER_VARIABLES, providerFromEnv } from '../sdk/server/cli/provider-from-env.js'
import { lanAddresses, serveApp } from './lib/app-server.js'
import { buildConcierge } from './lib/concierge.js'

// `npm start`: builds Sampan and the concierge (only what changed), and serves the page with a gateway of its own.
// Without a key it answers with the built-in scripted model.

const usage = `npm start [-- --port 8787] [-- --host 0.0.0.0]

  --port   port of the page and the gateway. Default 8787, or the next free one.
  --host   address to listen on. Default 127.0.0.1; 0.0.0.0 lets phones in the same network in.

A real model, from any OpenAI-compatible provider:
${PROVIDER_VARIABLES}`

const args = process.argv.slice(2)
if (args.includes('--help')) {
  console.log(usage)
  process.exit(0)
}
const option = (name: string) => {
  const at = args.findIndex(each => each === `--${name}` || each.startsWith(`--${name}=`))
  return at < 0 ? undefined : args[at]!.includes('=') ? args[at]!.split('=')[1] : args[at + 1]
}

const { options: gateway, name } = namedProvider()
const folder = await buildConcierge('h5').catch((error: Error) => fail(`The page could not be built.\n${error.message}`))
const host = option('host') ?? '127.0.0.1'
const server = await listen(option('port'))
console.log(`\nSampan is running (${name}):\n\n  ${server.url}\n${host === '0.0.0.0' ? lanAddresses().map(address => `  http://${address}:${server.port}\n`).join('') : ''}\nCtrl-C ends it.`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.close().then(() => process.exit(0)))
}

async function listen(asked: string | undefined) {
  const options = { folder, host, gateway }
  if (asked !== undefined) return serveApp({ ...options, port: Number(asked) }).catch(error => fail(`Port ${asked} cannot be used: ${error.message}`))
  return serveApp({ ...options, port: 8787 }).catch(() => serveApp({ ...options, port: 0 }))
}

/** Before anything is built: what is missing is said at once. */
function namedProvider() {
  try {
    return providerFromEnv(process.env)
  } catch (error) {
    return fail((error as Error).message)
  }
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
