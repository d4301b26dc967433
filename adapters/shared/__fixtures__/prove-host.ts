import { describe, expect, it } from 'vitest'
import type { Platform } from '../../../sdk/platform/platform.js'
import { platformSuite, type PutFile } from '../../../sdk/testkit/platform-suite.js'
import { gapsOf, type HostFacts } from '../host-facts.js'

/** A client of a host, ready to be tried, and how a file comes to where it finds it. */
export interface TriedClient { platform: Platform; putFile: PutFile }

/**
 * Runs the suite on every client of a host, by its title; `''` is the ordinary one. What each lacks stands in the facts of
 * the host, which the documentation is made from: every client that is told of there is tried here.
 */
export function proveHost(facts: Pick<HostFacts, 'name' | 'gaps' | 'clients'>, clients: Readonly<Record<string, () => TriedClient | Promise<TriedClient>>>): void {
  const places = new WeakMap<Platform, PutFile>()
  describe(`what is told of ${facts.name}`, () => {
    it('is tried, client by client', () => {
      expect(Object.keys(clients)).toEqual(expect.arrayContaining(['', ...facts.clients.map(({ title }) => title.en)]))
    })
  })
  for (const [title, make] of Object.entries(clients)) {
    const gaps = Object.fromEntries(Object.entries(gapsOf(facts, title)).map(([gap, { en }]) => [gap, en]))
    const makePlatform = async (): Promise<Platform> => {
      const { platform, putFile } = await make()
      places.set(platform, putFile)
      return platform
    }
    platformSuite(`${facts.name} ${title}`.trim(), makePlatform, { describe, it, gaps, putFile: (platform, bytes) => places.get(platform)!(bytes) })
  }
}

/** Puts a file where a page finds it. */
export const putBlob: PutFile = (bytes) => URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]))
