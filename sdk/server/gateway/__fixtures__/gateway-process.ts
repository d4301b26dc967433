// A gateway in a process of its own, so that a test can kill it. Arguments: the provider's address, the file of its logs.
import { nodePlatform } from '../../../../adapters/node/index.js'
import { openai } from '../../../endpoints/openai/index.js'
import { connect, createAgent } from '../../../index.js'
import { hostAgent, openaiProvider, serveGateway, sqliteLogStore } from '../index.js'

const [baseUrl = '', path = ''] = process.argv.slice(2)
const connection = connect({ platform: nodePlatform(), url: baseUrl, providerKey: 'k' })
const { url } = await serveGateway({
  providers: { main: openaiProvider({ baseUrl, apiKey: 'k', model: 'm' }) },
  agents: { barista: hostAgent(createAgent({ model: openai({ connection, model: 'm' }) })) },
  auth: { secret: 'the same before and after' },
  logs: { store: sqliteLogStore({ path }) },
})
process.stdout.write(url)
