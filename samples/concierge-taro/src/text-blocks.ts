/** A paragraph or a fenced piece of code. Pieces are only ever added. */
export interface TextBlock {
  kind: 'prose' | 'code'
  language: string
  pieces: string[]
}

const fenceLine = /^ {0,3}`{3,}([^`\n]*)\n/
const maybeFence = /^ {0,3}(`{0,2}|`{3,}[^`\n]*)$/

/**
 * Reads text that arrives in segments into blocks, each character once: paragraphs at blank lines, code between fences.
 * A line that may still become a fence is held back until it is clear.
 */
export class BlockReader {
  readonly blocks: TextBlock[] = []
  private read = 0
  private held = ''
  private breaks = 0
  private inCode = false
  private isLineStart = true

  /** Reads the segments it has not seen. `isEnded`: no more will come. */
  readAll(segments: readonly string[], isEnded: boolean): TextBlock[] {
    while (this.read < segments.length) this.readPiece(segments[this.read++]!)
    if (isEnded && this.held) {
      if (!/^ {0,3}`{3}/.test(this.held)) this.add(this.held)
      this.held = ''
    }
    return this.blocks
  }

  private readPiece(piece: string): void {
    let rest = this.held + piece
    this.held = ''
    while (rest) {
      if (this.isLineStart) {
        const fence = fenceLine.exec(rest)
        if (fence) {
          this.turn(fence[1]!.trim())
          rest = rest.slice(fence[0].length)
          continue
        }
        if (maybeFence.test(rest)) {
          this.held = rest
          return
        }
      }
      const end = rest.indexOf('\n')
      this.add(end < 0 ? rest : rest.slice(0, end))
      this.isLineStart = end >= 0
      if (end >= 0) this.breaks++
      rest = end < 0 ? '' : rest.slice(end + 1)
    }
  }

  private turn(language: string): void {
    this.inCode = !this.inCode
    this.breaks = 0
    if (this.inCode) this.blocks.push({ kind: 'code', language, pieces: [] })
  }

  private add(text: string): void {
    if (!text) return
    const last = this.blocks[this.blocks.length - 1]
    const isSame = last && (this.inCode ? true : last.kind === 'prose' && this.breaks < 2)
    if (isSame) last.pieces.push('\n'.repeat(this.breaks) + text)
    else this.blocks.push({ kind: 'prose', language: '', pieces: [text] })
    this.breaks = 0
  }
}
