import type { Feed } from './feed.js'

// What the bench asks of everyone who takes part, the bare loop and ourselves included.

/** Which format the bytes have. A contender is compared with the bare loop on its own wire. */
export type Wire = 'openai' | 'agui' | 'coze'

/** What a run came to. The harness compares it with what the fixture says; a wrong answer disqualifies. */
export interface Answer {
  text: string
  /** The arguments the tool was called with, parsed. */
  toolArguments?: unknown
  /** Length of the list the screen showed at the end. */
  listLength?: number
}

/** A run that has been prepared and has not begun. Only this call is timed. */
export type Run = () => Answer | Promise<Answer>

export interface HistoryMessage { id: string; role: 'user' | 'assistant'; content: string }

/** Stands in for the UI: told after every delta how long the list is and how long its growing text or arguments are. */
export interface Screen { show(listLength: number, characters: number): void }

export interface Job {
  readonly feed: Feed
  /** Messages that were there before this run. */
  readonly history: readonly HistoryMessage[]
  readonly screen: Screen
}

/** One who takes part. Calling a method prepares a run (not timed) and gives back the function that is timed. */
export interface Contender {
  readonly wire: Wire
  /** W1: stream one answer, give its text. */
  chat(job: Job): Run
  /** W2: stream a tool call, run the tool, stream the second answer. */
  tool?(job: Job): Run
  /** W3: like `chat`, with a list of messages for the screen after every delta. */
  list?(job: Job): Run
  /** W3T: stream a tool call, with its arguments shown after every delta. */
  follow?(job: Job): Run
  /** W7: like `chat`, from a server that keeps no log; from one that does; and over a connection that breaks half-way. */
  plain?(job: Job): Run
  logged?(job: Job): Run
  resumed?(job: Job): Run
  /** Stops what a contender keeps open. */
  close?(): void
}

/** Makes clients, tools and agents once, outside every timing. `wire` matters to the bare loop only. */
export type CreateContender = (feed: Feed, wire: Wire) => Contender | Promise<Contender>
