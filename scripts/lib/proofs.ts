import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { root } from './run.js'

// What a page says is proved by a test, which it names: `sdk/agent/x.test.ts#the title of the test, as it stands in the file`.

const fileOf = (proof: string): string => proof.split('#', 1)[0]!
const titleOf = (proof: string): string => proof.slice(fileOf(proof).length + 1)

/** Those that name no test: the file is not there, is no test, or has none of exactly this title that runs. */
export function brokenProofs(proofs: readonly string[]): string[] {
  return proofs.filter(proof => {
    const [file, title] = [fileOf(proof), titleOf(proof)]
    if (!title || !/(\.test\.tsx?|-suite\.ts)$/.test(file) || !existsSync(root + file)) return true
    const parts = readFileSync(root + file, 'utf8').replaceAll("\\'", "'").split(title)
    return !parts.slice(0, -1).some((before, index) => {
      const [, call, quote] = /(\b(?:it|test)|\))\((['"`])$/.exec(before) ?? []
      return call && parts[index + 1]!.startsWith(quote!)
    })
  })
}

/** Links to the tests, their titles beside; files that are named twice once. `up` leads from the page to the root: `../`. */
export function proofLinks(proofs: readonly string[], up: string): string {
  const titles = new Map<string, string[]>()
  for (const proof of proofs) titles.set(fileOf(proof), [...(titles.get(fileOf(proof)) ?? []), titleOf(proof)])
  return [...titles].map(([file, list]) => `[\`${basename(file).replace(/(\.test)?\.tsx?$/, '')}\`](${up}${file} "${list.join('; ').replaceAll('"', '”').replaceAll('|', '\\|')}")`).join(', ')
}
