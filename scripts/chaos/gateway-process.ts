// A gateway in a process of its own, so that the soak can kill it. Arguments: the provider's address, the port, and where
// its logs are: `sqlite:<file>` or an address of Redis.
import { openaiProvider, redisLogStore, serveGateway, sqliteLogStore } from '../../sdk/server/gateway/index.js'
import { gatewayOptions } from './servers.js'

const [world = '', port = '0', place = ''] = process.argv.slice(2)
const store = place.startsWith('sqlite:') ? sqliteLogStore({ path: place.slice('sqlite:'.length) }) : redisLogStore({ url: place, leaseMs: 1500 })
const main = openaiProvider({ baseUrl: world, apiKey: 'k', model: 'm' })
const { url } = await serveGateway({ ...gatewayOptions(store), providers: { main }, port: Number(port) })
process.stdout.write(url)
