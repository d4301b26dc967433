import { readFileSync } from 'node:fs'
import { root } from '../lib/run.js'

// Who owns which dependency. The root package.json lists what the source imports; this file says how it is delivered.

interface RootManifest {
  version: string
  license: string
  description: string
  engines: Record<string, string>
  dependencies: Record<string, string>
}
export const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as RootManifest

/** The app installs them: they stand in our public types, and an app must not hold two copies. */
export const PEERS: Record<string, string> = { rxjs: '^7.8.0', zod: '^4.0.0' }
/** Needed by one door only. */
export const OPTIONAL_PEERS: Record<string, string> = { '@tarojs/taro': '>=3.6.0', react: '>=16.8.0', vue: '>=3.2.0' }
/** What `@sampan/server` depends on besides `sampan`. */
export const SERVER = ['@hono/node-server', 'hono', 'ioredis', 'jose', 'libsql', 'ws'].filter(name => name in manifest.dependencies)

/** The package a bare specifier belongs to: `zod/mini` → `zod`. */
export const packageOf = (specifier: string) => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')

/** Everything else the source depends on is small, and becomes part of `sampan`. */
export const isInlined = (specifier: string) => {
  const name = packageOf(specifier)
  return name in manifest.dependencies && !(name in PEERS) && !SERVER.includes(name)
}
export const isPeer = (specifier: string) => packageOf(specifier) in PEERS || packageOf(specifier) in OPTIONAL_PEERS
