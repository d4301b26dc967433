import { createSentences, type Sentences } from './sentences.js'
import type { Verdict } from './verdict.js'
import { SampanError } from '../../errors.js'
import { isTerminal, type AgentEvent, type ReasoningMessageContentEvent, type TextMessageContentEvent } from '../../protocol/events.js'
import { createTextBuffer, type TextBuffer } from '../../protocol/text-buffer.js'

type ContentEvent = TextMessageContentEvent | ReasoningMessageContentEvent

/** A stretch of a message that is judged as one. */
export interface Piece {
  readonly said: SaidText
  readonly text: string
  /** Where in its message it begins. */
  readonly start: number
  /** It is shown before it is judged. */
  isShown: boolean
  verdict?: Verdict
}

/** What a message has said, and what of it has been given to be judged. */
export interface SaidText {
  readonly messageId: string
  readonly isReasoning: boolean
  readonly pieces: Piece[]
  /** All of the pieces, and its length. */
  readonly judged: TextBuffer
  length: number
  /** Pieces without a verdict. */
  open: number
  /** Its end was told: nothing more can be said of it. */
  isEnded: boolean
  readonly sentences: Sentences
  /** The last event of it: a pattern for others. */
  last: ContentEvent
}

export interface GateOptions {
  /** Text is held until it is judged; otherwise it is shown, and the end of the run waits. */
  readonly holds: boolean
  readonly per: 'message' | 'sentence'
  /** The longest piece, in characters. */
  readonly maxChars: number
  /** Asks about a piece; `answer` may be called at once. */
  ask(piece: Piece, answer: (verdict: Verdict) => void): void
  forward(event: AgentEvent): void
  /** Held text was found good, or something else is to stand there. */
  release(piece: Piece, verdict: Verdict): void
  /** Held text is not shown: the answer it stood in began anew. */
  drop(piece: Piece): void
  /** Text that is shown was judged. */
  judged(piece: Piece, verdict: Verdict): void
}

/** Where text waits for its verdict, and everything behind it with it. What is in it leaves in the order it came. */
export class OutputGate {
  private readonly texts = new Map<string, SaidText>()
  /** Messages of others than the assistant. */
  private readonly others = new Set<string>()
  private queue: (AgentEvent | Piece)[] = []
  /** Where in the queue what waits begins. */
  private head = 0
  private open = 0
  private isDraining = false
  /** Text is shown once it is judged. */
  private holds: boolean

  constructor(private readonly options: GateOptions) {
    this.holds = options.holds
  }

  /** One more, or one less, thing to wait for before the run may end. */
  wait(count: 1 | -1): void {
    this.open += count
    if (count < 0) this.drain()
  }

  /**
   * From now on text is shown once it is judged. What is shown already and not judged yet waits for it again, in front of all
   * that waits; not of a message that has ended. Whoever calls this takes it back.
   *
   * @returns the messages.
   */
  hold(): SaidText[] {
    const again: Piece[] = []
    const texts = Array.from(this.texts.values())
    this.holds = true
    for (const { isEnded, pieces } of texts) {
      for (const piece of isEnded ? [] : unjudgedOf(pieces)) {
        if (piece.isShown) again.push(piece)
        piece.isShown = false
      }
    }
    this.queue = (again as (AgentEvent | Piece)[]).concat(this.queue.slice(this.head))
    this.head = 0
    return texts
  }

  push(event: AgentEvent): void {
    const { texts, others } = this
    switch (event.type) {
      case 'TEXT_MESSAGE_START':
        if (event.role && event.role !== 'assistant') others.add(event.messageId)
        break
      case 'TEXT_MESSAGE_CONTENT':
      case 'REASONING_MESSAGE_CONTENT':
        if (!others.has(event.messageId)) return this.hear(event)
        break
      case 'TOOL_CALL_START':
        // What was said before a call stands before it.
        if (event.parentMessageId) texts.get(event.parentMessageId)?.sentences.end()
        break
      case 'TEXT_MESSAGE_END':
      case 'REASONING_MESSAGE_END':
        texts.get(event.messageId)?.sentences.end()
        break
      case 'TEXT_MESSAGE_CHUNK':
      case 'REASONING_MESSAGE_CHUNK':
        // Nobody here would hear what it says; agents of ours say none.
        throw new SampanError('protocol/event-order', 'A guardrail judges whole events: put `expandChunks` inside it.')
      case 'MESSAGES_SNAPSHOT':
        // It says again what may be half a sentence.
        texts.forEach(({ sentences }) => sentences.end())
        break
      case 'CUSTOM':
        if (event.name === 'sampan:step-reset') texts.delete(event.value.messageId)
        // It tells what is held.
        else if (this.holds && event.name === 'sampan:output-grown') return
    }
    this.pass(event)
  }

  private hear(event: ContentEvent): void {
    // What comes behind a barrier waits with it.
    if (this.queue.length > this.head && !this.isDraining) this.holds = true
    if (!this.holds) this.pass(event)
    this.textOf(event).sentences.push(event.delta)
  }

  private textOf(event: ContentEvent): SaidText {
    const { per, maxChars } = this.options
    let said = this.texts.get(event.messageId)
    if (!said) {
      const sentences = createSentences(per, maxChars, text => this.cut(said!, text))
      const isReasoning = event.type === 'REASONING_MESSAGE_CONTENT'
      said = { messageId: event.messageId, isReasoning, pieces: [], judged: createTextBuffer(), length: 0, open: 0, isEnded: false, sentences, last: event }
      this.texts.set(event.messageId, said)
    }
    said.last = event
    return said
  }

  private cut(said: SaidText, text: string): void {
    const { ask, judged } = this.options
    const piece: Piece = { said, text, start: said.length, isShown: !this.holds }
    said.length += text.length
    said.judged.append(text)
    said.pieces.push(piece)
    if (this.holds) this.queue.push(piece)
    this.open++
    said.open++
    ask(piece, verdict => {
      this.open--
      said.open--
      piece.verdict = verdict
      // Of a text that began anew nothing is there to be taken back.
      if (piece.isShown && !this.isTakenBack(piece)) judged(piece, verdict)
      this.drain()
    })
  }

  private pass(event: AgentEvent): void {
    if (this.queue.length > this.head || this.isDraining || this.holdsBack(event)) this.queue.push(event)
    else this.forward(event)
  }

  private forward(event: AgentEvent): void {
    if (event.type === 'TEXT_MESSAGE_END' || event.type === 'REASONING_MESSAGE_END') {
      const said = this.texts.get(event.messageId)
      if (said) said.isEnded = true
    }
    this.options.forward(event)
  }

  private drain(): void {
    if (this.isDraining) return
    const { release, drop } = this.options
    this.isDraining = true
    while (this.head < this.queue.length) {
      const item = this.queue[this.head]!
      const isPiece = 'said' in item
      const isDropped = isPiece && this.isTakenBack(item)
      if (isPiece ? !isDropped && item.verdict === undefined : this.holdsBack(item)) break
      // Before it is shown: who hears of it may say more.
      this.head++
      if (!isPiece) this.forward(item)
      else if (isDropped) drop(item)
      else release(item, item.verdict!)
    }
    // Half of it at once: to move all that waits with each verdict would cost the square of it.
    if (this.head * 2 >= this.queue.length) {
      this.queue = this.queue.slice(this.head)
      this.head = 0
    }
    this.isDraining = false
  }

  /** Its answer began anew: what is thought of it does not matter any more. */
  private isTakenBack({ said }: Piece): boolean {
    return this.texts.get(said.messageId) !== said
  }

  /** What tells of the whole run waits until all that is shown is judged. */
  private holdsBack(event: AgentEvent): boolean {
    return !this.options.holds && this.open > 0 && isBarrier(event)
  }
}

/** The pieces from the first on that has no verdict. */
function unjudgedOf(pieces: readonly Piece[]): readonly Piece[] {
  const first = pieces.findIndex(({ verdict }) => !verdict)
  return first < 0 ? [] : pieces.slice(first)
}

function isBarrier(event: AgentEvent): boolean {
  return isTerminal(event) || event.type === 'MESSAGES_SNAPSHOT'
}
