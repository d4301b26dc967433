import { chatInRealm } from '../lib/chat-in-realm.js'

// A process of its own, so that it can be started with `--jitless`: node … chat-child.ts <gateway url>
const report = await chatInRealm({ functions: 'undefined' }, process.argv[2]!, [1, 2, 3])
console.log(JSON.stringify(report))
process.exit(0)
