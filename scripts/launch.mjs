// Runs a script of this folder with TypeScript, after installing what it needs. `node scripts/launch.mjs test --only house`
// Plain JavaScript without dependencies: on a fresh clone nothing else can run yet.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [script, ...args] = process.argv.slice(2)

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Sampan's tools need Node.js 20.19 or newer; this is ${process.version}.`)
  process.exit(1)
}

/** Whether node_modules holds what package-lock.json asks for, read from the copy of the lock that npm leaves there. */
function isInstalled() {
  if (!existsSync(`${root}node_modules/.package-lock.json`)) return false
  const read = file => JSON.parse(readFileSync(root + file, 'utf8')).packages
  const [wanted, present] = [read('package-lock.json'), read('node_modules/.package-lock.json')]
  return Object.entries(wanted).every(([path, { version, optional }]) => !path || optional || present[path]?.version === version)
}

if (!isInstalled()) {
  console.log('Installing what package-lock.json lists (once) …')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) {
    console.error('Sampan: npm ci failed; see above. Nothing was started.')
    process.exit(status ?? 1)
  }
}

const child = spawn(process.execPath, ['--import', 'tsx', `scripts/${script}.ts`, ...args], { cwd: root, stdio: 'inherit' })
// Ctrl-C reaches the child through the terminal; a signal sent to this process alone is passed on.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
// npm passes a signal on to the shell between it and us, which ends alone: who has lost his parent was told to end as well.
const parent = process.ppid
setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
