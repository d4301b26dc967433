#!/usr/bin/env node
// The command `sampan`. All it does is find @sampan/server, which holds the gateway and the tools: what goes onto a
// phone must not depend on them.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [project, here] = [`${process.cwd()}/package.json`, import.meta.url].map(from => createRequire(from))
const found = [project, here].flatMap(require => {
  try {
    return [require.resolve('@sampan/server/cli')]
  } catch {
    return []
  }
})[0]

if (found === undefined) {
  console.error('The sampan command lives in the package @sampan/server, which this project does not have yet:\n\n  npm install --save-dev @sampan/server\n')
  process.exitCode = 1
} else {
  const { runCli } = await import(pathToFileURL(found).href)
  process.exitCode = await runCli(process.argv.slice(2))
}
