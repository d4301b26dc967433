// A gateway in a process of its own, so that a test can kill it. Arguments: the provider's address, the file of its logs.
import { openaiProvider, serveGateway, sqliteLogStore } from '../index.js'

const [baseUrl = '', path = ''] = process.argv.slice(2)
const { url } = await serveGateway({
  providers: { main: openaiProvider({ baseUrl, apiKey: 'k', model: 'm' }) },
  auth: { secret: 'the same before and after' },
  logs: { store: sqliteLogStore({ path }) },
})
process.stdout.write(url)
