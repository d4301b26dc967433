import { isDeepStrictEqual } from 'node:util'
import { chatFixture, historyOf, logFixture, toolFixture, type Fixture } from '../fixtures/fixture.js'
import type { Answer, Contender, CreateContender, Job, Run, Wire } from '../harness/contender.js'
import { Feed } from '../harness/feed.js'
import type { Load } from '../harness/jobs.js'
import { create as createLimit } from '../contenders/limit.js'

/** A contender and the bare loop in one process, over one feed. */
export interface Arena {
  feed: Feed
  contender: Contender
  limit: Contender
}

/** Loads a contender. The bare loop has been loaded before it, and has its native decoder whatever happens here. */
export async function enterArena(who: { contender: string; wire: Wire; decoder?: 'native' | 'none' }): Promise<Arena> {
  const feed = new Feed()
  const limit = await createLimit(feed, who.wire)
  if (who.decoder === 'none') delete (globalThis as { TextDecoder?: unknown }).TextDecoder
  const module = await import(new URL(`../contenders/${who.contender}.js`, import.meta.url).href) as { create: CreateContender }
  return { feed, limit, contender: await module.create(feed, who.wire) }
}

/** A fixture on which runs can be started, again and again, for one of the tests. */
export interface Track {
  fixture: Fixture
  prepare(contender: Contender): Run
  /** Loads the feed for it. */
  enter(): void
  check(answer: Answer): void
}

export function createTrack(feed: Feed, wire: Wire, load: Load): Track {
  const isTool = load.test === 'tool' || load.test === 'follow'
  const fixture = isTool ? toolFixture(wire, load.size) : isLogged(load) ? logFixture(load.size, load.test === 'resumed') : chatFixture(wire, load.size)
  const history = historyOf(load.history ?? 0)
  const screen = createScreen()
  const job: Job = { feed, history, screen }
  return {
    fixture,
    enter: () => feed.load(fixture.responses),
    prepare(contender) {
      const start = contender[load.test]
      if (start === undefined) throw new Error(`does not take part in ${load.test}`)
      const run = start.call(contender, job)
      return () => {
        feed.rewind()
        screen.clear()
        return run()
      }
    },
    check(answer) {
      if (answer.text !== fixture.expected.text) throw new Error(`wrong text: ${difference(answer.text, fixture.expected.text)}`)
      if (isTool && !isDeepStrictEqual(answer.toolArguments, fixture.expected.toolArguments)) throw new Error('wrong tool arguments')
      if (screen.problem !== undefined) throw new Error(screen.problem)
      const added = (answer.listLength ?? history.length + 1) - history.length
      if (load.test === 'list' && (answer.listLength === undefined || added < 1 || added > 2)) throw new Error(`wrong list length ${answer.listLength}`)
    }
  }
}

const isLogged = ({ test }: Load): boolean => test === 'logged' || test === 'resumed'

function difference(actual: string, expected: string): string {
  let at = 0
  while (at < actual.length && actual[at] === expected[at]) at++
  return `${actual.length} characters instead of ${expected.length}, different from ${at} on`
}

/** Notices text that goes backwards and a list that changes its length. Costs next to nothing. */
function createScreen() {
  let list = -1
  let characters = 0
  return {
    problem: undefined as string | undefined,
    clear() {
      list = -1
      characters = 0
    },
    show(listLength: number, shown: number) {
      if (shown < characters) this.problem = `what was shown went back from ${characters} to ${shown} characters`
      if (list !== -1 && listLength !== list) this.problem = `the list changed from ${list} to ${listLength}`
      list = listLength
      characters = shown
    }
  }
}
