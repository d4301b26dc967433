import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { RenderedChunk } from 'rollup'

// Code by others that becomes part of our files keeps its name: one line in the file, the licence text beside it.

interface Inlined { name: string; version: string; license: string; folder: string }

/** The third-party packages among modules, by name. */
export function inlinedPackages(moduleIds: string[]): Inlined[] {
  const found = new Map<string, Inlined>()
  for (const id of moduleIds) {
    const match = /^\0?(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(id)
    if (!match || found.has(match[2]!)) continue
    const { version, license } = JSON.parse(readFileSync(`${match[1]}/package.json`, 'utf8'))
    found.set(match[2]!, { name: match[2]!, version, license, folder: match[1]! })
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The line at the top of a chunk that holds code by others. */
export function thirdPartyBanner(chunk: RenderedChunk): string {
  const used = Object.entries(chunk.modules).filter(([, { renderedLength }]) => renderedLength > 0).map(([id]) => id)
  const packages = inlinedPackages(used)
  if (packages.length === 0) return ''
  return `/*! Contains ${packages.map(({ name, version, license }) => `${name} ${version} (${license})`).join(', ')}. See sampan/THIRD-PARTY-NOTICES.txt */`
}

/** The text of THIRD-PARTY-NOTICES.txt. */
export function notices(packages: Inlined[]): string {
  const sections = packages.map(({ name, version, license, folder }) => {
    const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry))
    const text = file && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, 'utf8').trim() : `Licensed under ${license}.`
    return `${name} ${version} (${license})\n${'-'.repeat(80)}\n${text}\n`
  })
  return `Parts of this package are code by others, under the licences below.\n\n${sections.join('\n\n')}`
}
